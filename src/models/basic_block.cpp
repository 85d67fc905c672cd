// ResNet's block of two convolutions.
#include "lepton/models/basic_block.hpp"

#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "src/models/weights.hpp"

namespace lepton::models {

BasicBlock::BasicBlock(std::int64_t in, std::int64_t out, std::int64_t stride)
    : conv1(plain_conv(in, out, 3, stride)), bn1(out), conv2(plain_conv(out, out, 3)), bn2(out) {
  if (stride != 1 || in != out)
    downsample = nn::Sequential{plain_conv(in, out, 1, stride), nn::BatchNorm2d(out)};
}

Tensor BasicBlock::operator()(const Tensor& x) {
  return with_hooks(x, [this](const Tensor& in) {
    const Tensor y = bn2(conv2(relu(bn1(conv1(in)))));
    return relu(y + (downsample ? (*downsample)(in) : in));
  });
}

}  // namespace lepton::models
