// Pictures as PNG, for event files and reports.
#pragma once

#include <string>

#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

struct Png {
  std::int64_t height, width, channels;
  std::string bytes;
};

/// picture: [H, W] or [C, H, W] with 1 or 3 channels, u8, or floats, which are cut to [0, 1]. Throws for other shapes.
Png encode_png(const Tensor& picture);

}  // namespace lepton::detail
