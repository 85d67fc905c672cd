// The weights of antialiased bilinear resizing.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace lepton::data {

/// For each output position the input positions that count, and their weights, which sum to 1: a triangle of
/// half-width max(1, in / out) input pixels around the output pixel's centre.
struct Triangle {
  struct Window {
    std::int64_t first, count;
  };
  std::vector<Window> windows;
  std::vector<double> weights;  // `width` to a window
  std::int64_t width = 0;

  const double* of(std::int64_t out) const { return weights.data() + out * width; }

  Triangle(std::int64_t in, std::int64_t out) {
    const double scale = double(in) / double(out), half = std::max(scale, 1.0);
    width = std::int64_t(std::ceil(half)) * 2 + 1;
    windows.resize(std::size_t(out));
    weights.resize(std::size_t(out * width));
    for (std::int64_t o = 0; o < out; ++o) {
      const double centre = (double(o) + 0.5) * scale;
      const std::int64_t first = std::max<std::int64_t>(0, std::llround(centre - half));
      const std::int64_t count = std::min<std::int64_t>(in, std::llround(centre + half)) - first;
      double* const w = weights.data() + o * width;
      double sum = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        const double distance = std::abs((double(i + first) - centre + 0.5) / half);
        sum += w[i] = std::max(0.0, 1.0 - distance);
      }
      for (std::int64_t i = 0; i < count; ++i) w[i] /= sum;
      windows[std::size_t(o)] = {first, count};
    }
  }
};

}  // namespace lepton::data
