// Antialiased bilinear resizing in fixed point, as Pillow does it.
#include <algorithm>
#include <cmath>
#include <vector>

#include "lepton/core/error.hpp"
#include "lepton/data/image.hpp"

namespace lepton::data {
namespace {

constexpr int kPrecision = 22;  // fraction bits: 8 of a pixel and 2 of headroom are left in an int32

/// For each output position the input positions that count, and their weights in fixed point.
struct Filter {
  struct Window {
    std::int64_t first, count;
  };
  std::vector<Window> windows;
  std::vector<std::int32_t> weights;  // `width` to a window
  std::int64_t width = 0;
};

/// A triangle of half-width max(1, in / out) input pixels around each output pixel's centre.
Filter make_filter(std::int64_t in, std::int64_t out) {
  const double scale = double(in) / double(out), half = std::max(scale, 1.0);
  Filter f;
  f.width = std::int64_t(std::ceil(half)) * 2 + 1;
  f.windows.resize(std::size_t(out));
  f.weights.resize(std::size_t(out * f.width));
  std::vector<double> w(static_cast<std::size_t>(f.width));
  for (std::int64_t o = 0; o < out; ++o) {
    const double centre = (double(o) + 0.5) * scale;
    const std::int64_t first = std::max<std::int64_t>(0, std::llround(centre - half));
    const std::int64_t count = std::min<std::int64_t>(in, std::llround(centre + half)) - first;
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const double distance = std::abs((double(i + first) - centre + 0.5) / half);
      sum += w[std::size_t(i)] = std::max(0.0, 1.0 - distance);
    }
    for (std::int64_t i = 0; i < count; ++i)
      f.weights[std::size_t(o * f.width + i)] =
          std::int32_t(std::floor(0.5 + w[std::size_t(i)] / sum * double(1 << kPrecision)));
    f.windows[std::size_t(o)] = {first, count};
  }
  return f;
}

std::uint8_t to_pixel(std::int32_t sum) { return std::uint8_t(std::clamp(sum >> kPrecision, 0, 255)); }

/// Resizes the middle axis of [outer, in, inner] to [outer, out, inner].
void resize_axis(const std::uint8_t* x, std::uint8_t* y, std::int64_t outer, std::int64_t in,
                 std::int64_t out, std::int64_t inner) {
  const Filter f = make_filter(in, out);
  std::vector<std::int32_t> sums(static_cast<std::size_t>(inner));
  for (std::int64_t n = 0; n < outer; ++n)
    for (std::int64_t o = 0; o < out; ++o) {
      const auto [first, count] = f.windows[std::size_t(o)];
      std::fill(sums.begin(), sums.end(), 1 << (kPrecision - 1));
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int32_t weight = f.weights[std::size_t(o * f.width + i)];
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
