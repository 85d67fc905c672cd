// Pooling that is composed: along one and three axes by two, means by depthwise convolution, adaptive by taps.
#include "lepton/core/autocast.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/index.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/pool.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/resample.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

void check(const Tensor& x, int rank, const char* op) {
  constexpr const char* kShapes[] = {"[N, C, L]", "[N, C, H, W]", "[N, C, D, H, W]"};
  detail::require_computable(x, op);
  if (x.rank() != rank)
    throw Error(op, std::string("needs ") + kShapes[rank - 3] + ", got " + to_string(x.shape()));
}

/// f of x [N, C, L] as a picture of height 1, channels innermost where they are in x.
template <class F> Tensor as_row(const Tensor& x, F&& f) {
  return f(permute(x.transpose(1, 2).unsqueeze(1), {0, 3, 1, 2})).squeeze(2);
}

/// A volume [N, C, D, H, W] pooled in its planes by `plane` and then along its depth by `depth`, each of which gets
/// pictures [N, C, ., .] whose first, or second, axis of two is to be pooled.
template <class Plane, class Depth> Tensor by_planes(const Tensor& x, Plane&& plane, Depth&& depth) {
  const Shape& s = x.shape();
  const Tensor y = plane(permute(x, {0, 2, 1, 3, 4}).reshape({s[0] * s[2], s[1], s[3], s[4]}));
  const std::int64_t oh = y.shape()[2], ow = y.shape()[3];
  const Tensor columns = permute(y.reshape({s[0], s[2], s[1], oh, ow}), {0, 2, 1, 3, 4});
  const Tensor z = depth(columns.reshape({s[0], s[1], s[2], oh * ow}));
  return z.reshape({s[0], s[1], z.shape()[2], oh, ow});
}

/// Where windows reach over the edges, the share of their elements that lies inside: [1, 1, OH, OW].
Tensor inside(const Tensor& x, Pair kernel, Pair stride, Pair padding) {
  const Tensor all = ones({1, 1, x.shape()[2], x.shape()[3]}, {.dtype = x.dtype(), .device = x.device()});
  return avg_pool2d(all, kernel, stride, padding);
}

void check_window(const Tensor& x, Pair kernel, Pair stride, Pair padding, const char* op) {
  if (kernel.h < 1 || kernel.w < 1 || stride.h < 1 || stride.w < 1)
    throw Error(op, "needs a window and a stride of at least 1");
  if (padding.h < 0 || padding.w < 0 || 2 * padding.h > kernel.h || 2 * padding.w > kernel.w)
    throw Error(op, "padding must lie between 0 and half the window");
  if (x.shape()[2] + 2 * padding.h < kernel.h || x.shape()[3] + 2 * padding.w < kernel.w)
    throw Error(op, "the window does not fit into the picture " + to_string(x.shape()));
}

template <class F> Tensor adaptive(const Tensor& x, const Dims& sizes, const char* op, F&& along) {
  check(x, 2 + sizes.rank(), op);
  for (int i = 0; i < sizes.rank(); ++i)
    if (sizes[i] < 1 || x.shape()[2 + i] < 1)
      throw Error(op, "sizes must be positive: of " + to_string(x.shape()) + " to " + to_string(sizes));
  Tensor y = x;
  for (int i = 0; i < sizes.rank(); ++i)
    if (const std::int64_t n = x.shape()[2 + i]; sizes[i] != n) y = along(y, 2 + i, n, sizes[i]);
  return y;
}

/// An axis as `size` windows of equal length, which are joined by fold(x, axis).
template <class F> Tensor by_equal_windows(const Tensor& x, int axis, std::int64_t size, F&& fold) {
  Shape shape = x.shape();
  shape[axis] = size;
  shape.insert(axis + 1, x.shape()[axis] / size);
  return fold(x.reshape(shape), axis + 1);
}

Tensor adaptive_avg(const Tensor& x, const Dims& sizes, const char* op) {
  return adaptive(x, sizes, op, [](const Tensor& y, int axis, std::int64_t n, std::int64_t size) {
    if (n % size == 0)
      return by_equal_windows(y, axis, size, [](const Tensor& t, std::int64_t a) { return mean(t, {a}); });
    const detail::AdaptiveWindows w = detail::adaptive_windows(n, size, y.device());
    const Tensor start = w.start.unsqueeze(1), end = w.end.unsqueeze(1);
    const Tensor place = arange(0, double(n), 1, {.dtype = f64, .device = y.device()});
    const Tensor shares = cast(start <= place, f64) * cast(place < end, f64) / (end - start);  // [size, n]
    const Autocast off(f32);
    return matmul(y.transpose(axis, -1), cast(shares, y.dtype()).transpose()).transpose(axis, -1);
  });
}

Tensor adaptive_max(const Tensor& x, const Dims& sizes, const char* op) {
  return adaptive(x, sizes, op, [](const Tensor& y, int axis, std::int64_t n, std::int64_t size) {
    if (n % size == 0)
      return by_equal_windows(y, axis, size, [](const Tensor& t, std::int64_t a) { return max(t, {a}); });
    const detail::AdaptiveWindows w = detail::adaptive_windows(n, size, y.device());
    Tensor most;
    for (std::int64_t k = 0; k < w.longest; ++k) {  // windows that are shorter repeat their last element
      const Tensor part = index_select(y, axis, cast(minimum(w.start + double(k), w.end - 1), i64));
      most = most.defined() ? maximum(most, part) : part;
    }
    return most;
  });
}

/// Window, or window where the stride is 0.
Pair step(Pair stride, Pair kernel) { return stride.h == 0 ? kernel : stride; }

}  // namespace

Tensor max_pool1d(const Tensor& x, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  check(x, 3, "max_pool1d");
  return as_row(x, [&](const Tensor& row) {
    return max_pool2d(row, {1, kernel}, {1, stride == 0 ? kernel : stride}, {0, padding});
  });
}

Tensor max_pool3d(const Tensor& x, Triple kernel, Triple stride, Triple padding) {
  check(x, 5, "max_pool3d");
  if (stride.d == 0) stride = kernel;
  return by_planes(
      x,
      [&](const Tensor& y) {
        return max_pool2d(y, {kernel.h, kernel.w}, {stride.h, stride.w}, {padding.h, padding.w});
      },
      [&](const Tensor& y) {
        return max_pool2d(y, {kernel.d, 1}, {stride.d, 1}, {padding.d, 0});
      });
}

Tensor avg_pool2d(const Tensor& x, Pair kernel, Pair stride, Pair padding, CountPadding count) {
  check(x, 4, "avg_pool2d");
  stride = step(stride, kernel);
  check_window(x, kernel, stride, padding, "avg_pool2d");
  const Autocast off(f32);
  const std::int64_t channels = x.shape()[1];
  const Tensor weight = full({channels, 1, kernel.h, kernel.w}, 1 / double(kernel.h * kernel.w),
                             {.dtype = x.dtype(), .device = x.device()});
  const Tensor y = channels > 0
                       ? conv2d(x, weight, {}, {.stride = stride, .padding = padding, .groups = channels})
                       : max_pool2d(x, kernel, stride, padding);  // nothing, of the right shape
  return count == CountPadding::yes || padding == Pair(0) ? y : y / inside(x, kernel, stride, padding);
}

Tensor avg_pool1d(const Tensor& x, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                  CountPadding count) {
  check(x, 3, "avg_pool1d");
  return as_row(x, [&](const Tensor& row) {
    return avg_pool2d(row, {1, kernel}, {1, stride == 0 ? kernel : stride}, {0, padding}, count);
  });
}

Tensor avg_pool3d(const Tensor& x, Triple kernel, Triple stride, Triple padding, CountPadding count) {
  check(x, 5, "avg_pool3d");
  if (stride.d == 0) stride = kernel;
  return by_planes(
      x,
      [&](const Tensor& y) {
        return avg_pool2d(y, {kernel.h, kernel.w}, {stride.h, stride.w}, {padding.h, padding.w}, count);
      },
      [&](const Tensor& y) {
        return avg_pool2d(y, {kernel.d, 1}, {stride.d, 1}, {padding.d, 0}, count);
      });
}

Tensor lp_pool2d(const Tensor& x, double norm, Pair kernel, Pair stride) {
  check(x, 4, "lp_pool2d");
  if (!(norm > 0)) throw Error("lp_pool2d", "the norm must be positive");
  return pow(avg_pool2d(pow(x, norm), kernel, stride) * double(kernel.h * kernel.w), 1 / norm);
}

Tensor lp_pool1d(const Tensor& x, double norm, std::int64_t kernel, std::int64_t stride) {
  check(x, 3, "lp_pool1d");
  return as_row(x, [&](const Tensor& row) {
    return lp_pool2d(row, norm, {1, kernel}, {1, stride == 0 ? kernel : stride});
  });
}

Tensor adaptive_avg_pool1d(const Tensor& x, std::int64_t size) {
  return adaptive_avg(x, {size}, "adaptive_avg_pool1d");
}
Tensor adaptive_avg_pool2d(const Tensor& x, Pair size) {
  return adaptive_avg(x, {size.h, size.w}, "adaptive_avg_pool2d");
}
Tensor adaptive_avg_pool3d(const Tensor& x, Triple size) {
  return adaptive_avg(x, {size.d, size.h, size.w}, "adaptive_avg_pool3d");
}
Tensor adaptive_max_pool1d(const Tensor& x, std::int64_t size) {
  return adaptive_max(x, {size}, "adaptive_max_pool1d");
}
Tensor adaptive_max_pool2d(const Tensor& x, Pair size) {
  return adaptive_max(x, {size.h, size.w}, "adaptive_max_pool2d");
}
Tensor adaptive_max_pool3d(const Tensor& x, Triple size) {
  return adaptive_max(x, {size.d, size.h, size.w}, "adaptive_max_pool3d");
}

}  // namespace lepton
