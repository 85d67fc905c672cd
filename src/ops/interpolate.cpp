// Interpolation, axis by axis: the methods are separable.
#include "lepton/ops/interpolate.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/core/autocast.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/pool.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/resample.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace detail {
namespace {

constexpr auto kOp = "interpolate";

/// An axis of n elements that becomes one of `size`; `scale` old elements for a new one.
struct Axis {
  std::int64_t n, size;
  double scale;
  Device device;

  Tensor places(DType dtype) const { return arange(0, double(size), 1, {.dtype = dtype, .device = device}); }
  Tensor index(const Tensor& place) const { return cast(clamp(place, 0, double(n - 1)), i64); }
  /// Where each new element's centre lies, or its corner's.
  Tensor sources(bool align_corners) const {
    if (align_corners) return places(f64) * (size > 1 ? double(n - 1) / double(size - 1) : 0);
    return (places(f64) + 0.5) * scale - 0.5;
  }
};

/// The elements under the new ones' edges, or under a place `within` them.
std::vector<Tap> nearest_taps(const Axis& a, double within) {
  // In f32, as PyTorch computes it whatever the type of x.
  return {{a.index(cast(cast((a.places(f32) + within) * a.scale, i64), f64)), {}}};
}

std::vector<Tap> linear_taps(const Axis& a, bool align_corners) {
  const Tensor source = clamp(a.sources(align_corners), 0, double(a.n - 1));
  const Tensor first = cast(cast(source, i64), f64), share = source - first;
  return {{a.index(first), 1 - share}, {a.index(first + 1), share}};
}

/// The cubic filter of Keys (1981): what elements count at a distance up to 1, and from 1 to 2.
struct Keys {
  double a;
  Tensor near(const Tensor& d) const { return ((a + 2) * d - (a + 3)) * d * d + 1; }
  Tensor far(const Tensor& d) const { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; }
};

std::vector<Tap> cubic_taps(const Axis& a, bool align_corners) {
  constexpr double kAhead = 8;  // which makes sources positive, so that truncation rounds down
  const Keys keys{-0.75};
  const Tensor source = a.sources(align_corners);
  const Tensor first = cast(cast(source + kAhead, i64), f64) - kAhead, t = source - first;
  return {{a.index(first - 1), keys.far(t + 1)},
          {a.index(first), keys.near(t)},
          {a.index(first + 1), keys.near(1 - t)},
          {a.index(first + 2), keys.far(2 - t)}};
}

/// How much an element counts that lies `d` >= 0 from the middle of a filter, which reaches to 1 (linear) or 2 (cubic).
Tensor filter(const Tensor& d, bool cubic) {
  if (!cubic) return relu(1 - d);
  const Keys keys{-0.5};
  return where(d < 1, keys.near(d), where(d < 2, keys.far(d), zeros_like(d)));
}

/// Means along an axis by a filter that is as wide as a new element, or as an old one where that is wider.
Tensor smoothed(const Tensor& x, int axis, const Axis& a, bool align_corners, bool cubic) {
  const double scale = align_corners ? (a.size > 1 ? double(a.n - 1) / double(a.size - 1) : 0) : a.scale;
  const double width = std::max(scale, 1.0), reach = (cubic ? 2 : 1) * width;
  const Tensor centre = ((a.places(f64) + 0.5) * scale).unsqueeze(1);  // [size, 1]
  // PyTorch ends the filter on whole elements.
  const auto rounded = [&](const Tensor& end) {
    return cast(cast(clamp(end + 0.5, 0, double(a.n)), i64), f64);
  };
  const Tensor place = arange(0, double(a.n), 1, {.dtype = f64, .device = a.device});
  const Tensor inside =
      cast(rounded(centre - reach) <= place, f64) * cast(place < rounded(centre + reach), f64);
  const Tensor weight = filter(abs(place - centre + 0.5) / width, cubic) * inside;  // [size, n]
  const Tensor shares = weight / sum(weight, {1}, KeepDim::yes);
  const Autocast off(f32);
  return matmul(x.transpose(axis, -1), cast(shares, x.dtype()).transpose()).transpose(axis, -1);
}

double scale_of(const InterpolateOptions& o, int axis) {
  const auto& s = o.scale_factor.of_axes;
  return s.empty() ? 0 : s.size() == 1 ? s[0] : s[std::size_t(axis)];
}

Axis axis_of(const Tensor& x, int i, const InterpolateOptions& o) {
  const std::int64_t n = x.shape()[2 + i];
  if (const double scale = scale_of(o, i); scale > 0)
    return {n, std::int64_t(std::floor(double(n) * scale)), 1 / scale, x.device()};
  return {n, o.size[i], double(n) / double(o.size[i]), x.device()};
}

/// One axis resampled.
Tensor along(const Tensor& x, int axis, const Axis& a, const InterpolateOptions& o) {
  const bool cubic = o.mode == Interpolation::bicubic;
  if (o.antialias) return smoothed(x, axis, a, o.align_corners, cubic);
  switch (o.mode) {
    case Interpolation::nearest: return resample(x, axis, nearest_taps(a, 0));
    case Interpolation::nearest_exact: return resample(x, axis, nearest_taps(a, 0.5));
    case Interpolation::linear: return resample(x, axis, linear_taps(a, o.align_corners));
    default: return resample(x, axis, cubic_taps(a, o.align_corners));
  }
}

/// Adaptive pooling to the sizes.
Tensor area(const Tensor& x, const InterpolateOptions& o) {
  Dims to;
  for (int i = 0; i < x.rank() - 2; ++i) to.push_back(axis_of(x, i, o).size);
  if (to.rank() == 1) return adaptive_avg_pool1d(x, to[0]);
  if (to.rank() == 2) return adaptive_avg_pool2d(x, {to[0], to[1]});
  return adaptive_avg_pool3d(x, {to[0], to[1], to[2]});
}

void check(const Tensor& x, const InterpolateOptions& o) {
  require_computable(x, kOp);
  const int axes = x.rank() - 2;
  if (axes < 1 || axes > 3)
    throw Error(kOp, "needs [N, C, ...] with one to three more axes, got " + to_string(x.shape()));
  bool scaled = false, positive = true;
  for (const double s : o.scale_factor.of_axes) {
    scaled = scaled || s != 0;
    positive = positive && s > 0;
  }
  if (scaled == (o.size.rank() > 0)) throw Error(kOp, "needs either a size or a scale_factor");
  if (o.size.rank() > 0 && o.size.rank() != axes)
    throw Error(kOp, "size " + to_string(o.size) + " does not fit the axes of " + to_string(x.shape()));
  const std::size_t scales = o.scale_factor.of_axes.size();
  if (scaled && (!positive || (scales != 1 && scales != std::size_t(axes))))
    throw Error(kOp,
                "needs one positive scale_factor, or one for each of the " + std::to_string(axes) + " axes");
  if (o.mode == Interpolation::bicubic && axes != 2) throw Error(kOp, "bicubic is for [N, C, H, W]");
  if (o.antialias && (axes != 2 || (o.mode != Interpolation::linear && o.mode != Interpolation::bicubic)))
    throw Error(kOp, "antialias is for linear and bicubic of [N, C, H, W]");
}

}  // namespace
}  // namespace detail

Tensor interpolate(const Tensor& x, const InterpolateOptions& o) {
  detail::check(x, o);
  if (o.mode == Interpolation::area) return detail::area(x, o);
  Tensor y = x;
  for (int i = 0; i < x.rank() - 2; ++i) {
    const detail::Axis a = detail::axis_of(x, i, o);
    if (a.n < 1 || a.size < 1)
      throw Error(detail::kOp, "sizes must be positive, got " + to_string(x.shape()));
    if (a.size != a.n || a.scale != 1) y = detail::along(y, 2 + i, a, o);
  }
  return y;
}

Tensor pixel_shuffle(const Tensor& x, std::int64_t r) {
  if (x.rank() != 4 || r < 1 || x.shape()[1] % (r * r) != 0)
    throw Error("pixel_shuffle",
                "needs [N, C r^2, H, W] with r " + std::to_string(r) + ", got " + to_string(x.shape()));
  const Shape& s = x.shape();
  const std::int64_t c = s[1] / (r * r);
  return permute(x.reshape({s[0], c, r, r, s[2], s[3]}), {0, 1, 4, 2, 5, 3})
      .reshape({s[0], c, s[2] * r, s[3] * r});
}

Tensor pixel_unshuffle(const Tensor& x, std::int64_t r) {
  if (x.rank() != 4 || r < 1 || x.shape()[2] % r != 0 || x.shape()[3] % r != 0)
    throw Error("pixel_unshuffle",
                "needs [N, C, H r, W r] with r " + std::to_string(r) + ", got " + to_string(x.shape()));
  const Shape& s = x.shape();
  const std::int64_t h = s[2] / r, w = s[3] / r;
  return permute(x.reshape({s[0], s[1], h, r, w, r}), {0, 1, 3, 5, 2, 4}).reshape({s[0], s[1] * r * r, h, w});
}

}  // namespace lepton
