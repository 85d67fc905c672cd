// Pictures turned, sheared, zoomed and shifted.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "lepton/data/transforms.hpp"
#include "src/data/transform/planes.hpp"

namespace lepton::data {
namespace {

/// Where in the input the centre of an output pixel lies: x = a x' + b y' + c, y = d x' + e y' + f, in pixels,
/// (0, 0) being the centre of the first.
struct Inverse {
  double a, b, c, d, e, f;
};

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

/// Inverse of: zoom, then shear x by -tan(shear) y, then turn, all about the centre, then shift.
Inverse invert(double degrees, double shear, double zoom, double right, double down, const Planes& picture) {
  const double cosine = std::cos(radians(degrees)), sine = std::sin(radians(degrees));
  const double lean = std::tan(radians(shear));
  // Turned back by [cos, sin; -sin, cos], then sheared back by [1, lean; 0, 1], then zoomed back.
  const double a = (cosine - lean * sine) / zoom, b = (sine + lean * cosine) / zoom;
  const double d = -sine / zoom, e = cosine / zoom;
  const double x = double(picture.width - 1) / 2, y = double(picture.height - 1) / 2;
  const double from_x = x + right * double(picture.width), from_y = y + down * double(picture.height);
  return {a, b, x - a * from_x - b * from_y, d, e, y - d * from_x - e * from_y};
}

/// Two neighbours along an axis and the share of the second; -1 for one outside that is filled.
struct Neighbours {
  std::int64_t first, second;
  float share;
};

Neighbours neighbours(double at, std::int64_t size, Outside outside) {
  if (outside == Outside::edge) at = std::clamp(at, 0.0, double(size - 1));
  at = std::clamp(at, -2.0, double(size) + 1);  // far outside is outside, and fits an integer
  const double floor = std::floor(at);
  const auto within = [&](std::int64_t i) { return i >= 0 && i < size ? i : -1; };
  const std::int64_t i = std::int64_t(floor);
  return {within(i), within(i + 1), float(at - floor)};
}

}  // namespace

void Affine::operator()(Planes& picture, RandomStream& random) const {
  check_range(degrees, -360, 360, "Affine", "degrees");
  check_range(shear, -80, 80, "Affine", "shear");
  check_range(zoom, 1e-3, 1e3, "Affine", "zoom");
  check_range(right, -1, 1, "Affine", "right");
  check_range(down, -1, 1, "Affine", "down");
  const double turn = drawn(degrees, random), lean = drawn(shear, random), grow = drawn(zoom, random);
  const double to_right = drawn(right, random);
  const Inverse m = invert(turn, lean, grow, to_right, drawn(down, random), picture);

  Planes out{picture.channels, picture.height, picture.width, {}};
  out.values.resize(picture.values.size());
  const std::int64_t W = picture.width;
  for (std::int64_t v = 0; v < picture.height; ++v)
    for (std::int64_t u = 0; u < W; ++u) {
      const Neighbours x = neighbours(m.a * double(u) + m.b * double(v) + m.c, W, outside);
      const Neighbours y = neighbours(m.d * double(u) + m.e * double(v) + m.f, picture.height, outside);
      for (std::int64_t c = 0; c < picture.channels; ++c) {
        const float* from = picture.channel(c);
        const auto at = [&](std::int64_t row, std::int64_t column) {
          return row < 0 || column < 0 ? fill : from[row * W + column];
        };
        // Beyond the last pixel the second neighbour has no share.
        const auto along = [&](std::int64_t row) {
          const float first = at(row, x.first);
          return x.share == 0 ? first : first + x.share * (at(row, x.second) - first);
        };
        const float first = along(y.first);
        out.channel(c)[v * W + u] = y.share == 0 ? first : first + y.share * (along(y.second) - first);
      }
    }
  picture = std::move(out);
}

}  // namespace lepton::data
