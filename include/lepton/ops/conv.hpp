// Convolution.
#pragma once

#include "lepton/ops/pad_mode.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// A size for both axes of a picture, or one each for rows and columns.
struct Pair {
  std::int64_t h, w;
  Pair(std::int64_t both) : h(both), w(both) {}
  Pair(std::int64_t rows, std::int64_t columns) : h(rows), w(columns) {}
  bool operator==(const Pair&) const = default;
};

struct Conv2dOptions {
  Pair stride = 1;
  Pair padding = 0;   ///< zeros on either side, or kSame
  Pair dilation = 1;  ///< distance between the kernel's elements
  std::int64_t groups = 1;
};

/// Cross-correlation of pictures with a bank of kernels. x: [N, C, H, W], weight: [out, C / groups, kh, kw],
/// bias: [out] or undefined -> [N, out, OH, OW], with OH = (H + 2 padding - dilation (kh - 1) - 1) / stride + 1.
/// The result lies channels last in memory.
LEPTON_API Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                         const Conv2dOptions& options = {});

}  // namespace lepton
