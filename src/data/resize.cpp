// Antialiased bilinear resizing in fixed point, as Pillow does it.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "lepton/core/error.hpp"
#include "lepton/data/image.hpp"
#include "src/data/triangle.hpp"

namespace lepton::data {
namespace {

constexpr int kPrecision = 22;  // fraction bits: 8 of a pixel and 2 of headroom are left in an int32

/// The weights of a filter in fixed point.
std::vector<std::int32_t> to_fixed(const Triangle& filter) {
  std::vector<std::int32_t> fixed;
  fixed.reserve(filter.weights.size());
  for (const double w : filter.weights)
    fixed.push_back(std::int32_t(std::floor(0.5 + w * double(1 << kPrecision))));
  return fixed;
}

std::uint8_t to_pixel(std::int32_t sum) { return std::uint8_t(std::clamp(sum >> kPrecision, 0, 255)); }

/// Resizes the middle axis of [outer, in, inner] to [outer, out, inner].
void resize_axis(const std::uint8_t* x, std::uint8_t* y, std::int64_t outer, std::int64_t in,
                 std::int64_t out, std::int64_t inner) {
  const Triangle f(in, out);
  const std::vector<std::int32_t> weights = to_fixed(f);
  std::vector<std::int32_t> sums(static_cast<std::size_t>(inner));
  for (std::int64_t n = 0; n < outer; ++n)
    for (std::int64_t o = 0; o < out; ++o) {
      const auto [first, count] = f.windows[std::size_t(o)];
      std::fill(sums.begin(), sums.end(), 1 << (kPrecision - 1));
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int32_t weight = weights[std::size_t(o * f.width + i)];
        const std::uint8_t* row = x + (n * in + first + i) * inner;
        for (std::int64_t k = 0; k < inner; ++k) sums[std::size_t(k)] += weight * row[k];
      }
      std::uint8_t* row = y + (n * out + o) * inner;
      for (std::int64_t k = 0; k < inner; ++k) row[k] = to_pixel(sums[std::size_t(k)]);
    }
}

}  // namespace

Image resize(const Image& image, std::int64_t height, std::int64_t width) {
  if (height < 1 || width < 1 || height > kMaxImagePixels / width)
    throw Error("resize", "cannot resize to " + std::to_string(height) + " x " + std::to_string(width));
  if (image.height < 1 || image.width < 1) throw Error("resize", "the picture has no pixels");
  if (image.height == height && image.width == width) return image;
  const auto pixels = [&](std::int64_t h) { return std::size_t(h * width * image.channels); };

  std::vector<std::uint8_t> wide(pixels(image.height));
  resize_axis(image.pixels.data(), wide.data(), image.height, image.width, width, image.channels);
  Image out{height, width, image.channels, std::vector<std::uint8_t>(pixels(height))};
  resize_axis(wide.data(), out.pixels.data(), 1, image.height, height, width * image.channels);
  return out;
}

}  // namespace lepton::data
