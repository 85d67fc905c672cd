// Means of windows by depthwise convolution, and the norms that are made of them.
#include "lepton/core/autocast.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/edges.hpp"
#include "src/ops/pool.hpp"

namespace lepton {
namespace {

using detail::Windows;

/// For each window of an axis of n, the share of its elements that count: [windows] (f64).
Tensor shares(std::int64_t n, std::int64_t kernel, std::int64_t stride, std::int64_t padding, Windows windows,
              CountPadding count, Device device) {
  const std::int64_t more = count == CountPadding::yes ? padding : 0;
  const Tensor first =
      arange(0, double(windows.count), 1, {.dtype = f64, .device = device}) * double(stride) -
      double(padding);
  const auto limited = [&](const Tensor& place) { return clamp(place, double(-more), double(n + more)); };
  return (limited(first + double(kernel)) - limited(first)) / double(kernel);
}

/// The sum of each window divided by `divisor`, by a convolution with one kernel a channel.
Tensor window_sums(const Tensor& x, Pair kernel, Pair stride, Pair padding, Windows rows, Windows columns,
                   double divisor) {
  const Tensor whole = detail::with_edges(detail::with_edges(x, 2, 0, rows.extra), 3, 0, columns.extra);
  const std::int64_t channels = x.size(1);
  if (channels == 0) return x.reshape({x.size(0), 0, rows.count, columns.count});  // nothing, on the tape
  const Autocast off(f32);
  const Tensor weight =
      full({channels, 1, kernel.h, kernel.w}, 1 / divisor, {.dtype = x.dtype(), .device = x.device()});
  return conv2d(whole, weight, {}, {.stride = stride, .padding = padding, .groups = channels});
}

void check_norm(double norm, const char* op) {
  if (!(norm > 0)) throw Error(op, "the norm must be positive");
}

}  // namespace

Tensor avg_pool2d(const Tensor& x, Pair kernel, Pair stride, Pair padding, CountPadding count, CeilMode ceil,
                  std::int64_t divisor) {
  constexpr auto kOp = "avg_pool2d";
  detail::check_pooled(x, 4, kOp);
  stride = detail::stride_or(stride, kernel);
  const Windows rows = detail::windows_along(x.size(2), kernel.h, stride.h, padding.h, 1, ceil, kOp);
  const Windows columns = detail::windows_along(x.size(3), kernel.w, stride.w, padding.w, 1, ceil, kOp);
  const double elements = double(kernel.h * kernel.w);
  const Tensor y =
      window_sums(x, kernel, stride, padding, rows, columns, divisor != 0 ? double(divisor) : elements);
  const bool all_count =
      rows.extra + columns.extra == 0 && (count == CountPadding::yes || padding == Pair(0));
  if (divisor != 0 || all_count) return y;
  const Tensor share =
      shares(x.size(2), kernel.h, stride.h, padding.h, rows, count, x.device()).unsqueeze(1) *
      shares(x.size(3), kernel.w, stride.w, padding.w, columns, count, x.device());
  return y / cast(share, x.dtype());
}

Tensor avg_pool1d(const Tensor& x, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                  CountPadding count, CeilMode ceil) {
  detail::check_pooled(x, 3, "avg_pool1d");
  return avg_pool2d(detail::as_row(x), {1, kernel}, {1, detail::stride_or(stride, kernel)}, {0, padding},
                    count, ceil)
      .squeeze(2);
}

Tensor avg_pool3d(const Tensor& x, Triple kernel, Triple stride, Triple padding, CountPadding count,
                  CeilMode ceil, std::int64_t divisor) {
  detail::check_pooled(x, 5, "avg_pool3d");
  stride = detail::stride_or(stride, kernel);
  // A divisor divides sums over planes of sums over the depth.
  const Tensor slices = avg_pool2d(detail::planes(x), {kernel.h, kernel.w}, {stride.h, stride.w},
                                   {padding.h, padding.w}, count, ceil, divisor);
  const Tensor y = avg_pool2d(detail::columns(slices, x.size(0)), {kernel.d, 1}, {stride.d, 1},
                              {padding.d, 0}, count, ceil, divisor != 0 ? 1 : 0);
  return y.reshape({y.size(0), y.size(1), y.size(2), slices.size(2), slices.size(3)});
}

Tensor lp_pool2d(const Tensor& x, double norm, Pair kernel, Pair stride, CeilMode ceil) {
  detail::check_pooled(x, 4, "lp_pool2d");
  check_norm(norm, "lp_pool2d");
  const Tensor means = avg_pool2d(pow(x, norm), kernel, stride, 0, CountPadding::yes, ceil);
  return pow(means * double(kernel.h * kernel.w), 1 / norm);
}

Tensor lp_pool1d(const Tensor& x, double norm, std::int64_t kernel, std::int64_t stride, CeilMode ceil) {
  detail::check_pooled(x, 3, "lp_pool1d");
  return lp_pool2d(detail::as_row(x), norm, {1, kernel}, {1, detail::stride_or(stride, kernel)}, ceil)
      .squeeze(2);
}

Tensor lp_pool3d(const Tensor& x, double norm, Triple kernel, Triple stride, CeilMode ceil) {
  detail::check_pooled(x, 5, "lp_pool3d");
  check_norm(norm, "lp_pool3d");
  const Tensor means = avg_pool3d(pow(x, norm), kernel, stride, 0, CountPadding::yes, ceil);
  return pow(means * double(kernel.d * kernel.h * kernel.w), 1 / norm);
}

}  // namespace lepton
