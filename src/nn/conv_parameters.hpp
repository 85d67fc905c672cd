// What the convolution layers share: their parameters.
#pragma once

#include <string>

#include "lepton/nn/init.hpp"
#include "lepton/nn/parameter.hpp"

namespace lepton::nn {

/// Throws naming `layer` unless the channels are positive and divide into the groups, and the kernel has no size below
/// 1.
inline void check_conv(std::int64_t in, std::int64_t out, std::int64_t groups, const Shape& kernel,
                       const char* layer) {
  bool positive = in > 0 && out > 0 && groups > 0;
  for (const std::int64_t k : kernel) positive = positive && k > 0;
  if (!positive) throw Error(layer, "channels, kernel and groups must be positive");
  if (in % groups != 0 || out % groups != 0)
    throw Error(layer, std::to_string(in) + " -> " + std::to_string(out) + " channels do not divide into " +
                           std::to_string(groups) + " groups");
}

/// A weight [first, second, kernel...] and, if wanted, a bias [out], uniform within +-1 / sqrt(fan_in), the fan being
/// that of the shape, as in PyTorch.
inline void make_conv_parameters(Parameter& weight, Parameter& bias, std::int64_t first, std::int64_t second,
                                 const Shape& kernel, std::int64_t out, bool with_bias) {
  Shape shape{first, second};
  for (const std::int64_t k : kernel) shape.push_back(k);
  const std::int64_t fan_in = shape.numel() / first;
  weight = Parameter(init::fan_in_uniform(shape, fan_in));
  if (with_bias) bias = Parameter(init::fan_in_uniform({out}, fan_in));
}

}  // namespace lepton::nn
