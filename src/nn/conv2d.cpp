// The two-dimensional convolution layer.
#include "lepton/nn/conv2d.hpp"

#include "lepton/nn/init.hpp"

namespace lepton::nn {

Conv2d::Conv2d(const Conv2dLayerOptions& o)
    : options_{.stride = o.stride, .padding = o.padding, .dilation = o.dilation, .groups = o.groups} {
  if (o.in < 1 || o.out < 1 || o.kernel.h < 1 || o.kernel.w < 1 || o.groups < 1)
    throw Error("Conv2d", "channels, kernel and groups must be positive");
  if (o.in % o.groups != 0 || o.out % o.groups != 0)
    throw Error("Conv2d", std::to_string(o.in) + " -> " + std::to_string(o.out) + " channels do not divide into " +
                              std::to_string(o.groups) + " groups");
  const Shape shape{o.out, o.in / o.groups, o.kernel.h, o.kernel.w};
  const std::int64_t fan_in = shape.numel() / o.out;
  weight = Parameter(init::fan_in_uniform(shape, fan_in));
  if (o.bias) bias = Parameter(init::fan_in_uniform({o.out}, fan_in));
}

Tensor Conv2d::operator()(const Tensor& x) const { return conv2d(x, weight, bias, options_); }

}  // namespace lepton::nn
