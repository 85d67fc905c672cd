// Planes resized.
#include <cmath>

#include "lepton/data/image.hpp"
#include "lepton/data/transforms.hpp"
#include "src/data/transform/planes.hpp"
#include "src/data/triangle.hpp"

namespace lepton::data {
namespace {

/// Resizes the middle axis of [outer, in, inner] to [outer, out, inner].
std::vector<float> resize_axis(const std::vector<float>& x, std::int64_t outer, std::int64_t in,
                               std::int64_t out, std::int64_t inner) {
  const Triangle filter(in, out);
  std::vector<float> y(std::size_t(outer * out * inner));
  for (std::int64_t n = 0; n < outer; ++n)
    for (std::int64_t o = 0; o < out; ++o) {
      const auto [first, count] = filter.windows[std::size_t(o)];
      float* const row = y.data() + (n * out + o) * inner;
      for (std::int64_t i = 0; i < count; ++i) {
        const float weight = float(filter.of(o)[i]);
        const float* const from = x.data() + (n * in + first + i) * inner;
        for (std::int64_t k = 0; k < inner; ++k) row[k] += weight * from[k];
      }
    }
  return y;
}

}  // namespace

void Resize::operator()(Planes& picture, RandomStream&) const {
  if (height < 1 || width < 1 || height > kMaxImagePixels / width)
    throw Error("Resize", "cannot resize to " + size_text(height, width));
  if (picture.height == height && picture.width == width) return;
  const std::int64_t C = picture.channels;
  std::vector<float> wide = resize_axis(picture.values, C * picture.height, picture.width, width, 1);
  picture = {C, height, width, resize_axis(wide, C, picture.height, height, width)};
}

}  // namespace lepton::data
