// Pictures drawn by the library itself, so that a program can be tried without data.
#pragma once

#include <cstdint>

#include "lepton/core/export.hpp"
#include "lepton/data/image_dataset.hpp"

namespace lepton::data {

struct SyntheticImagesOptions {
  std::int64_t count = 10000;  ///< pictures in all: the first 80 % train, the others test
  std::int64_t size = 64;      ///< height and width
  std::uint64_t seed = 0;
};

/// RGB pictures of ten shapes (circle, square, triangle, ...) of random place, size, angle and colours on a
/// noisy gradient. Picture i shows shape i % 10 and depends on (seed, i, size) alone. A linear model learns
/// little of it (under 0.4), a small convolutional network nearly all (0.95 within four epochs). Throws for
/// fewer than 20 pictures, or a size under 16.
LEPTON_API ImageData synthetic_images(const SyntheticImagesOptions& options = {});

}  // namespace lepton::data
