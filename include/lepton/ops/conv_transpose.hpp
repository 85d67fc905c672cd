// Transposed convolution: what the gradient of a convolution by its input does.
#pragma once

#include "lepton/ops/conv_nd.hpp"

namespace lepton {

// The result is what a convolution with these options would have as its input, were x its output:
// O = (size - 1) stride - 2 padding + dilation (k - 1) + output_padding + 1 (Zeiler et al. 2010). weight: [C, out /
// groups, k...]; bias: [out] or undefined. output_padding, below stride or dilation, adds to the end of an axis.

struct ConvTranspose1dOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t output_padding = 0;
  std::int64_t groups = 1;
  std::int64_t dilation = 1;
};
/// x: [N, C, L] -> [N, out, O].
LEPTON_API Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                                   const ConvTranspose1dOptions& options = {});

struct ConvTranspose2dOptions {
  Pair stride = 1;
  Pair padding = 0;
  Pair output_padding = 0;
  std::int64_t groups = 1;
  Pair dilation = 1;
};
/// x: [N, C, H, W] -> [N, out, OH, OW], channels last in memory.
LEPTON_API Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                                   const ConvTranspose2dOptions& options = {});

struct ConvTranspose3dOptions {
  Triple stride = 1;
  Triple padding = 0;
  Triple output_padding = 0;
  std::int64_t groups = 1;
  Triple dilation = 1;
};
/// x: [N, C, D, H, W] -> [N, out, OD, OH, OW].
LEPTON_API Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                                   const ConvTranspose3dOptions& options = {});

}  // namespace lepton
