// The block that ResNet-18 and ResNet-34 are made of.
#pragma once

#include <optional>

#include "lepton/nn/batch_norm.hpp"
#include "lepton/nn/conv2d.hpp"
#include "lepton/nn/sequential.hpp"

namespace lepton::models {

/// Two 3x3 convolutions with batch norm, added to their input: relu(bn2(conv2(relu(bn1(conv1(x))))) + x) (He et al.
/// 2015). x: [N, in, H, W] -> [N, out, H / stride, W / stride], rounded up; where the shape changes, the input takes a
/// 1x1 convolution with batch norm (`downsample`).
class LEPTON_API BasicBlock : public nn::Module {
 public:
  BasicBlock(std::int64_t in, std::int64_t out, std::int64_t stride);

  Tensor operator()(const Tensor& x);

  nn::Conv2d conv1;
  nn::BatchNorm2d bn1;
  nn::Conv2d conv2;
  nn::BatchNorm2d bn2;
  std::optional<nn::Sequential> downsample;
  LEPTON_FIELDS(conv1, bn1, conv2, bn2, downsample)
};

}  // namespace lepton::models
