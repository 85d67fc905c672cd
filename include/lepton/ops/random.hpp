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

/// Exponential with mean 1 / rate.
LEPTON_API Tensor exponential(const Shape& shape, double rate = 1, TensorOptions options = {});
/// e^z for a normal z.
LEPTON_API Tensor log_normal(const Shape& shape, double mean = 0, double deviation = 1, TensorOptions options = {});
/// Cauchy's distribution about a median; half of it is within `scale`.
LEPTON_API Tensor cauchy(const Shape& shape, double median = 0, double scale = 1, TensorOptions options = {});
/// Laplace's distribution, exponential on either side of its mean; as the difference of two exponential ones.
LEPTON_API Tensor laplace(const Shape& shape, double mean = 0, double scale = 1, TensorOptions options = {});
/// How many trials of probability p the first success takes: 1, 2, ...
LEPTON_API Tensor geometric(const Shape& shape, double p, TensorOptions options = {});
/// Normal within [low, high], by the inverse of its distribution function.
LEPTON_API Tensor truncated_normal(const Shape& shape, double mean, double deviation, double low, double high,
                                   TensorOptions options = {});
/// 1 with the probability that the element of `p` (f32, f64) says, else 0; of p's type. No gradient.
LEPTON_API Tensor bernoulli(const Tensor& p);
/// Whole numbers in [low, high), all equally likely; i64 if no type is given. high - low: at most 2^32.
LEPTON_API Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape,
                          TensorOptions options = {.dtype = i64});
/// 0, 1, ... n - 1 in random order: [n] (i64)
LEPTON_API Tensor randperm(std::int64_t n, Device device = kCpu);
/// `n` places (i64) drawn from each row of weights [..., C] that are not negative -> [..., n], each as likely as its
/// share of the row. Without replacement no place is drawn twice; then n is at most C.
LEPTON_API Tensor multinomial(const Tensor& weights, std::int64_t n, bool replacement = false);

/// Each element is zeroed with probability p, the others divided by 1 - p (Srivastava et al. 2014). p is
/// rounded to a multiple of 1/65536. Throws unless 0 <= p <= 1.
LEPTON_API Tensor dropout(const Tensor& x, double p);
LEPTON_API Tensor dropout(const Tensor& x, double p, Generator& generator);

}  // namespace lepton
