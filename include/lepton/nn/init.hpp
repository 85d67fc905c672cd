// Initial values of weights.
#pragma once

#include "lepton/core/rng.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::nn::init {

// Each writes into a tensor, also one that requires a gradient, drawing from the thread's default generator. For
// a weight [out, in, ...], fan_in is in times the kernel's elements, fan_out is out times them.

LEPTON_API void constant(const Tensor& t, double value);
LEPTON_API void ones(const Tensor& t);
LEPTON_API void zeros(const Tensor& t);
LEPTON_API void uniform(const Tensor& t, double low = 0, double high = 1);
LEPTON_API void normal(const Tensor& t, double mean = 0, double deviation = 1);
/// Normal, drawn anew until it lies within [low, high]. Throws where that hardly ever happens.
LEPTON_API void trunc_normal(const Tensor& t, double mean = 0, double deviation = 1, double low = -2, double high = 2);

/// The identity matrix, [n, m].
LEPTON_API void eye(const Tensor& t);
/// A convolution's weight [out, in, ...] that gives what it gets: 1 in the middle of the kernel of channel i for i in each
/// group, as far as there are channels, else 0.
LEPTON_API void dirac(const Tensor& t, std::int64_t groups = 1);
/// Rows, or columns where they are fewer, at right angles and of length `gain` (Saxe et al. 2014); more axes than two
/// count as one.
LEPTON_API void orthogonal(const Tensor& t, double gain = 1);
/// A matrix, normal but for a share of zeros in each column, rounded up (Martens 2010).
LEPTON_API void sparse(const Tensor& t, double sparsity, double deviation = 0.01);

/// What follows the weights.
enum class Nonlinearity : std::uint8_t { linear, sigmoid, tanh, relu, leaky_relu, selu };
/// By what its weights' deviation is to grow to make up for a nonlinearity; `slope` is that of leaky_relu.
LEPTON_API double calculate_gain(Nonlinearity nonlinearity, double slope = 0.01);

/// Uniform within +-gain sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010).
LEPTON_API void xavier_uniform(const Tensor& t, double gain = 1);
/// Normal with deviation gain sqrt(2 / (fan_in + fan_out)).
LEPTON_API void xavier_normal(const Tensor& t, double gain = 1);

/// Whether activations, or gradients, are to keep their size.
enum class Fan : std::uint8_t { in, out };
struct KaimingOptions {
  double a = 0;  ///< the slope, for leaky_relu
  Fan mode = Fan::in;
  Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
};
/// Uniform within +-gain sqrt(3 / fan), gain being calculate_gain's (He et al. 2015).
LEPTON_API void kaiming_uniform(const Tensor& t, const KaimingOptions& options);
/// For a leaky relu of that slope, 0 for relu, by fan_in.
LEPTON_API void kaiming_uniform(const Tensor& t, double slope = 0);
/// Normal with deviation gain / sqrt(fan).
LEPTON_API void kaiming_normal(const Tensor& t, const KaimingOptions& options);
LEPTON_API void kaiming_normal(const Tensor& t, double slope = 0);

/// A new [shape] tensor, uniform within +-1 / sqrt(fan_in): what PyTorch gives Linear and Conv by default.
LEPTON_API Tensor fan_in_uniform(const Shape& shape, std::int64_t fan_in);

}  // namespace lepton::nn::init
