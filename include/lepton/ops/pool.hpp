// Pooling.
#pragma once

#include "lepton/ops/conv.hpp"

namespace lepton {

/// Largest element of each window. x: [N, C, H, W] -> [N, C, OH, OW], channels last in memory, with
/// OH = (H + 2 padding - kernel) / stride + 1. A stride of 0 stands for the kernel's size. Padding (at most half
/// the kernel) never wins. The gradient goes to the first of equal elements.
LEPTON_API Tensor max_pool2d(const Tensor& x, Pair kernel, Pair stride = 0, Pair padding = 0);

}  // namespace lepton
