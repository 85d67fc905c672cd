// Pictures of another size: interpolation, and channels that become pixels.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// `linear` is linear, bilinear or trilinear, by the number of axes; `bicubic` is for pictures (Keys 1981, a = -3/4).
enum class Interpolation : std::uint8_t { nearest, linear, bicubic };

struct InterpolateOptions {
  Dims size = {};           ///< of the spatial axes; or
  double scale_factor = 0;  ///< what their sizes are multiplied by, rounded down
  Interpolation mode = Interpolation::nearest;
  bool align_corners = false;  ///< corners lie on corners, instead of the edges of pixels on edges
};
/// x: [N, C, L], [N, C, H, W] or [N, C, D, H, W] with its spatial axes resampled, each pixel computed as PyTorch does.
LEPTON_API Tensor interpolate(const Tensor& x, const InterpolateOptions& options);

/// [N, C r^2, H, W] -> [N, C, H r, W r] (Shi et al. 2016).
LEPTON_API Tensor pixel_shuffle(const Tensor& x, std::int64_t upscale_factor);
/// [N, C, H r, W r] -> [N, C r^2, H, W]: the inverse.
LEPTON_API Tensor pixel_unshuffle(const Tensor& x, std::int64_t downscale_factor);

}  // namespace lepton
