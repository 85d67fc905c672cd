// Random tensors and dropout.
#pragma once

#include "lepton/core/rng.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton {

// All draw from the thread's default generator unless one is given, and advance it.

/// Uniform in [low, high).
LEPTON_API Tensor uniform(const Shape& shape, double low, double high, TensorOptions options = {});
LEPTON_API Tensor uniform(const Shape& shape, double low, double high, Generator& generator, TensorOptions options = {});
/// Uniform in [0, 1).
LEPTON_API Tensor rand(const Shape& shape, TensorOptions options = {});
/// Normal with the given mean and standard deviation.
LEPTON_API Tensor normal(const Shape& shape, double mean, double deviation, TensorOptions options = {});
LEPTON_API Tensor normal(const Shape& shape, double mean, double deviation, Generator& generator,
                         TensorOptions options = {});
/// Standard normal.
LEPTON_API Tensor randn(const Shape& shape, TensorOptions options = {});

/// Each element is zeroed with probability p, the others divided by 1 - p (Srivastava et al. 2014). p is
/// rounded to a multiple of 1/65536. Throws unless 0 <= p <= 1.
LEPTON_API Tensor dropout(const Tensor& x, double p);
LEPTON_API Tensor dropout(const Tensor& x, double p, Generator& generator);

}  // namespace lepton
