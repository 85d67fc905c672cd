// MobileNetV2's block.
#include "lepton/models/inverted_residual.hpp"

#include "lepton/ops/binary.hpp"
#include "src/models/conv_bn_relu6.hpp"

namespace lepton::models {

InvertedResidual::InvertedResidual(const InvertedResidualOptions& o)
    : adds_input_(o.stride == 1 && o.in == o.out) {
  if (o.in < 1 || o.out < 1 || o.stride < 1 || o.expand < 1)
    throw Error("inverted_residual", "channels, stride and expansion must be positive");
  const std::int64_t wide = o.in * o.expand;
  if (o.expand != 1) conv.add(conv_bn_relu6(o.in, wide, 1));
  conv.add(conv_bn_relu6(wide, wide, 3, o.stride, wide));
  conv.add(plain_conv(wide, o.out, 1));
  conv.add(nn::BatchNorm2d(o.out));
}

Tensor InvertedResidual::operator()(const Tensor& x) {
  return with_hooks(x, [this](const Tensor& in) {
    const Tensor y = conv(in);
    return adds_input_ ? y + in : y;
  });
}

}  // namespace lepton::models
