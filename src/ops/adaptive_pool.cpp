// Adaptive pooling, axis by axis: windows of equal length are an axis of their own, others are made of taps.
#include "lepton/core/autocast.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/index.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/pool.hpp"
#include "src/ops/resample.hpp"

namespace lepton {
namespace {

template <class F> Tensor adaptive(const Tensor& x, const Dims& sizes, const char* op, F&& along) {
  detail::check_pooled(x, 2 + sizes.rank(), op);
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

}  // namespace

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
