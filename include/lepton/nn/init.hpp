// Initial values of weights.
#pragma once

#include "lepton/core/rng.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::nn::init {

// Each writes into a tensor, also one that requires a gradient, drawing from the thread's default generator. For
// a weight [out, in, ...], fan_in is in times the kernel's elements, fan_out is out times them.

LEPTON_API void constant(const Tensor& t, double value);
LEPTON_API void uniform(const Tensor& t, double low, double high);
LEPTON_API void normal(const Tensor& t, double mean = 0, double deviation = 1);

/// Uniform within +-gain sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010).
LEPTON_API void xavier_uniform(const Tensor& t, double gain = 1);
/// Normal with deviation gain sqrt(2 / (fan_in + fan_out)).
LEPTON_API void xavier_normal(const Tensor& t, double gain = 1);

/// Uniform within +-sqrt(6 / ((1 + slope^2) fan_in)) for a leaky relu of that slope, 0 for relu (He et al. 2015).
LEPTON_API void kaiming_uniform(const Tensor& t, double slope = 0);
/// Normal with deviation sqrt(2 / ((1 + slope^2) fan_in)).
LEPTON_API void kaiming_normal(const Tensor& t, double slope = 0);

/// A new [shape] tensor, uniform within +-1 / sqrt(fan_in): what PyTorch gives Linear and Conv by default.
LEPTON_API Tensor fan_in_uniform(const Shape& shape, std::int64_t fan_in);

}  // namespace lepton::nn::init
