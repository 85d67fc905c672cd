// Convolution, batch norm and relu6: torchvision's Conv2dNormActivation as MobileNetV2 uses it.
#pragma once

#include "lepton/nn/batch_norm.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "src/models/weights.hpp"

namespace lepton::models {

inline nn::Sequential conv_bn_relu6(std::int64_t in, std::int64_t out, std::int64_t kernel,
                                    std::int64_t stride = 1, std::int64_t groups = 1) {
  return {plain_conv(in, out, kernel, stride, groups), nn::BatchNorm2d(out), relu6};
}

}  // namespace lepton::models
