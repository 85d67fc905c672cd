// Convolution of sequences and of volumes.
#pragma once

#include "lepton/ops/conv.hpp"

namespace lepton {

struct Conv1dOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;   ///< zeros on either side, or kSame
  std::int64_t dilation = 1;  ///< distance between the kernel's elements
  std::int64_t groups = 1;
};
/// conv2d along one axis. x: [N, C, L], weight: [out, C / groups, k], bias: [out] or undefined -> [N, out, OL]. In the
/// result's memory channels are innermost.
LEPTON_API Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                         const Conv1dOptions& options = {});

/// A size for all axes of a volume, or one each for depth, rows and columns.
struct Triple {
  std::int64_t d, h, w;
  Triple(std::int64_t all) : d(all), h(all), w(all) {}
  Triple(std::int64_t depth, std::int64_t rows, std::int64_t columns) : d(depth), h(rows), w(columns) {}
  bool operator==(const Triple&) const = default;
};

struct Conv3dOptions {
  Triple stride = 1;
  Triple padding = 0;  ///< or kSame
  Triple dilation = 1;
  std::int64_t groups = 1;
};
/// Cross-correlation of volumes. x: [N, C, D, H, W], weight: [out, C / groups, kd, kh, kw], bias: [out] or undefined ->
/// [N, out, OD, OH, OW]. It is one conv2d, the slices under the kernel's depth being its channels, so that these are
/// copied kd times.
LEPTON_API Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                         const Conv3dOptions& options = {});

}  // namespace lepton
