// Pictures of another size: interpolation, and channels that become pixels.
#pragma once

#include <initializer_list>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

enum class Interpolation : std::uint8_t {
  nearest,        ///< the element below the place of the new one's left edge
  nearest_exact,  ///< the element at the place of the new one's centre
  linear,         ///< linear, bilinear or trilinear, by the number of axes
  bicubic,        ///< for pictures (Keys 1981, a = -3/4)
  area            ///< the mean of what a new element covers: adaptive_avg_pool
};

/// What the sizes of the spatial axes are multiplied by: all of them, or each by its own. 0, or none, for nothing
/// given.
struct ScaleFactors {
  std::vector<double> of_axes;
  ScaleFactors(double all) : of_axes{all} {}
  ScaleFactors(std::initializer_list<double> each) : of_axes(each) {}
};

struct InterpolateOptions {
  Dims size = {};                 ///< of the spatial axes; or
  ScaleFactors scale_factor = 0;  ///< what their sizes are multiplied by, rounded down: 2, or {2, 1.5}
  Interpolation mode = Interpolation::nearest;
  bool align_corners = false;  ///< corners lie on corners, instead of the edges of pixels on edges
  /// For pictures made smaller by `linear` or `bicubic` (then a = -1/2): each new pixel is a mean of all that it
  /// covers, as in the Python Imaging Library.
  bool antialias = false;
};
/// x: [N, C, L], [N, C, H, W] or [N, C, D, H, W] with its spatial axes resampled, each pixel computed as PyTorch does.
LEPTON_API Tensor interpolate(const Tensor& x, const InterpolateOptions& options);

/// [N, C r^2, H, W] -> [N, C, H r, W r] (Shi et al. 2016).
LEPTON_API Tensor pixel_shuffle(const Tensor& x, std::int64_t upscale_factor);
/// [N, C, H r, W r] -> [N, C r^2, H, W]: the inverse.
LEPTON_API Tensor pixel_unshuffle(const Tensor& x, std::int64_t downscale_factor);

}  // namespace lepton
