// Interpolation, axis by axis: the methods are separable.
#include "lepton/ops/interpolate.hpp"

#include <cmath>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
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

std::vector<Tap> nearest_taps(const Axis& a) {
  // In f32, as PyTorch computes it whatever the type of x.
  return {{a.index(cast(cast(a.places(f32) * a.scale, i64), f64)), {}}};
}

std::vector<Tap> linear_taps(const Axis& a, bool align_corners) {
  const Tensor source = clamp(a.sources(align_corners), 0, double(a.n - 1));
  const Tensor first = cast(cast(source, i64), f64), share = source - first;
  return {{a.index(first), 1 - share}, {a.index(first + 1), share}};
}

std::vector<Tap> cubic_taps(const Axis& a, bool align_corners) {
  constexpr double kA = -0.75, kAhead = 8;  // which makes sources positive, so that truncation rounds down
  const Tensor source = a.sources(align_corners);
  const Tensor first = cast(cast(source + kAhead, i64), f64) - kAhead, t = source - first;
  const auto near = [](const Tensor& d) { return ((kA + 2) * d - (kA + 3)) * d * d + 1; };
  const auto far = [](const Tensor& d) { return ((kA * d - 5 * kA) * d + 8 * kA) * d - 4 * kA; };
  return {{a.index(first - 1), far(t + 1)},
          {a.index(first), near(t)},
          {a.index(first + 1), near(1 - t)},
          {a.index(first + 2), far(2 - t)}};
}

Axis axis_of(const Tensor& x, int i, const InterpolateOptions& o) {
  const std::int64_t n = x.shape()[2 + i];
  if (o.scale_factor > 0)
    return {n, std::int64_t(std::floor(double(n) * o.scale_factor)), 1 / o.scale_factor, x.device()};
  return {n, o.size[i], double(n) / double(o.size[i]), x.device()};
}

}  // namespace
}  // namespace detail

Tensor interpolate(const Tensor& x, const InterpolateOptions& o) {
  using detail::kOp;
  detail::require_computable(x, kOp);
  const int axes = x.rank() - 2;
  if (axes < 1 || axes > 3)
    throw Error(kOp, "needs [N, C, ...] with one to three more axes, got " + to_string(x.shape()));
  if ((o.scale_factor > 0) == (o.size.rank() > 0)) throw Error(kOp, "needs either a size or a scale_factor");
  if (o.size.rank() > 0 && o.size.rank() != axes)
    throw Error(kOp, "size " + to_string(o.size) + " does not fit the axes of " + to_string(x.shape()));
  if (o.mode == Interpolation::bicubic && axes != 2) throw Error(kOp, "bicubic is for [N, C, H, W]");
  Tensor y = x;
  for (int i = 0; i < axes; ++i) {
    const detail::Axis a = detail::axis_of(x, i, o);
    if (a.n < 1 || a.size < 1) throw Error(kOp, "sizes must be positive, got " + to_string(x.shape()));
    if (a.size == a.n && a.scale == 1) continue;
    y = detail::resample(y, 2 + i,
                         o.mode == Interpolation::nearest  ? detail::nearest_taps(a)
                         : o.mode == Interpolation::linear ? detail::linear_taps(a, o.align_corners)
                                                           : detail::cubic_taps(a, o.align_corners));
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
