// Rows of pooling with dilation and rounded sizes, of the places that max pooling finds, and of the way back.
#pragma once

#include "lepton/ops/cast.hpp"
#include "lepton/ops/unpool.hpp"
#include "tests/op_cases/pool_nd.hpp"

namespace lepton::op_cases {

/// Of windows over [N, C, L] whose elements lie `dilation` apart, the place of the largest.
inline std::int64_t largest_at(const Array& x, const Dims& at, std::int64_t kernel, const Sliding& s) {
  std::int64_t best = -1;
  for (std::int64_t k = 0; k < kernel; ++k) {
    const std::int64_t i = at[2] * s.stride[0] - s.padding[0] + k * s.dilation[0];
    if (i < 0 || i >= x.size(2)) continue;
    if (best < 0 || x({at[0], at[1], i}) > x({at[0], at[1], best})) best = i;
  }
  return best;
}

/// A sequence of 7 in windows of 2, 3 apart, every 2 from one before the first: 3 fit, and one more begins inside.
inline const Sliding kReaching{{2}, {1}, {3}};
constexpr std::int64_t kReachingCount = 4;

/// f(place of the largest) for each of these windows.
template <class F> Array of_reaching(const Array& x, F&& f) {
  return generate({x.size(0), x.size(1), kReachingCount},
                  [&](const Dims& at) { return f(at, largest_at(x, at, 2, kReaching)); });
}

/// The mean over windows of `kernel`, side by side, the last of which is cut off, in each spatial axis.
inline Array means_of_rest(const Array& x, std::int64_t kernel) {
  Dims sizes;
  for (int a = 2; a < x.shape.rank(); ++a) sizes.push_back((x.size(a) + kernel - 1) / kernel);
  return generate(joined_dims(x.size(0), x.size(1), sizes), [&](const Dims& at) {
    Dims lengths;
    for (int a = 2; a < at.rank(); ++a) lengths.push_back(std::min(kernel, x.size(a) - at[a] * kernel));
    double sum = 0;
    for_each_index(lengths, [&](const Dims& k) {
      Dims in = at;
      for (int a = 0; a < k.rank(); ++a) in[a + 2] = at[a + 2] * kernel + k[a];
      sum += x(in);
    });
    return sum / double(lengths.numel());
  });
}

inline OpCases pool_option_cases() {
  return {
      pool_row(
          "max_pool1d_reaching", "max_pool1d",
          [](const Tensor& x) { return max_pool1d(x, 2, 2, 1, 3, CeilMode::yes); },
          [](const Array& x) {
            return of_reaching(x, [&](const Dims& at, std::int64_t i) { return x({at[0], at[1], i}); });
          },
          {{distinct({2, 3, 7})}}, {}),
      pool_row(
          "avg_pool1d_ceil", "avg_pool1d",
          [](const Tensor& x) { return avg_pool1d(x, 3, 0, 0, CountPadding::yes, CeilMode::yes); },
          [](const Array& x) { return means_of_rest(x, 3); }, {{real({2, 3, 7})}, {real({1, 2, 2})}}, {}),
      pool_row(
          "avg_pool2d_ceil", "avg_pool2d",
          [](const Tensor& x) { return avg_pool2d(x, 2, 0, 0, CountPadding::yes, CeilMode::yes); },
          [](const Array& x) { return means_of_rest(x, 2); }, {{real({2, 3, 5, 3})}},
          {real({4, 16, 55, 57})}),
      pool_row(
          "avg_pool3d_divisor", "avg_pool3d",
          [](const Tensor& x) { return avg_pool3d(x, 2, 0, 0, CountPadding::yes, CeilMode::no, 4); },
          [](const Array& x) { return map(means_of_rest(x, 2), [](double v) { return 2 * v; }); },
          {{real({1, 2, 4, 2, 2})}}, {}),
      pool_row(
          "lp_pool3d", "lp_pool3d", [](const Tensor& x) { return lp_pool3d(x, 2, 2); },
          [](const Array& x) {
            const Array squares = map(x, [](double v) { return v * v; });
            return map(means_of_rest(squares, 2), [](double v) { return std::sqrt(8 * v); });
          },
          {{real({1, 2, 2, 4, 2}, 0.5, 2)}}, {real({2, 8, 10, 40, 40}, 0.5, 2)}),
  };
}

/// Of windows of 2 along each spatial axis, side by side: f(whether the element is the largest of its window).
template <class F> Array of_halves(const Array& x, F&& f) {
  return generate(x.shape, [&](const Dims& at) {
    Dims first = at, two;
    for (int a = 2; a < at.rank(); ++a) {
      first[a] -= first[a] % 2;
      two.push_back(2);
    }
    double top = -INFINITY;
    for_each_index(two, [&](const Dims& k) {
      Dims in = first;
      for (int a = 0; a < k.rank(); ++a) in[a + 2] += k[a];
      top = std::max(top, x(in));
    });
    return f(at, x(at) == top);
  });
}

using Indexed = std::pair<Tensor, Tensor>;

/// For each window of 2 along each spatial axis, the place of its largest element in its channel.
inline Array places_of_largest(const Array& x) {
  Dims sizes;
  for (int a = 2; a < x.shape.rank(); ++a) sizes.push_back(x.size(a) / 2);
  Array y(joined_dims(x.size(0), x.size(1), sizes));
  double place = 0;  // in the channel
  of_halves(x, [&](const Dims& at, bool largest) {
    Dims window = at;
    bool new_channel = true;
    for (int a = 2; a < at.rank(); ++a) {
      window[a] /= 2;
      new_channel = new_channel && at[a] == 0;
    }
    place = new_channel ? 0 : place + 1;
    if (largest) y(window) = place;
    return 0.0;
  });
  return y;
}

inline OpCase indices_row(const std::string& op, std::function<Indexed(const Tensor&)> call,
                          const std::string& checked, std::vector<Inputs> inputs) {
  return {.name = op,
          .op = op,
          .call = [call](const Tensors& x) { return call(x[0]).second; },
          .reference = [](const Arrays& x) { return places_of_largest(x[0]); },
          .inputs = std::move(inputs),
          .derivatives = 0,
          .wrong = {LEPTON_FAILS("[" + checked + "] needs [N, C, ", call(zeros({2, 2})))}};
}

/// Pooling by two and back: zeros but for the largest of each window.
inline OpCase unpool_row(const std::string& op, std::function<Indexed(const Tensor&)> pool,
                         std::function<Tensor(const Indexed&)> unpool, std::vector<Inputs> inputs,
                         Inputs large) {
  return {.name = op,
          .op = op,
          .call = [=](const Tensors& x) { return unpool(pool(x[0])); },
          .reference =
              [](const Arrays& x) {
                return of_halves(x[0],
                                 [&](const Dims& at, bool largest) { return largest ? x[0](at) : 0.0; });
              },
          .inputs = std::move(inputs),
          .wrong = {LEPTON_FAILS("[" + op + "] needs [N, C, ",
                                 unpool({zeros({2, 2}), zeros({2, 2}, {.dtype = i64})}))},
          .large = std::move(large)};
}

inline OpCases unpool_cases() {
  const auto pool1 = [](const Tensor& x) { return max_pool1d_with_indices(x, 2); };
  const auto pool2 = [](const Tensor& x) { return max_pool2d_with_indices(x, 2); };
  const auto pool3 = [](const Tensor& x) { return max_pool3d_with_indices(x, 2); };
  OpCases rows{
      indices_row("max_pool1d_with_indices", pool1, "max_pool1d", {{distinct({2, 3, 6})}}),
      indices_row("max_pool2d_with_indices", pool2, "max_pool2d", {{distinct({2, 3, 4, 6})}}),
      indices_row("max_pool3d_with_indices", pool3, "max_pool3d", {{distinct({1, 2, 4, 2, 6})}}),
      unpool_row("max_unpool1d", pool1, [](const Indexed& p) { return max_unpool1d(p.first, p.second, 2); },
                 {{distinct({2, 3, 6})}, {distinct({0, 3, 4})}}, {real({8, 32, 3000})}),
      unpool_row("max_unpool2d", pool2, [](const Indexed& p) { return max_unpool2d(p.first, p.second, 2); },
                 {{distinct({2, 3, 4, 6})}}, {real({8, 16, 56, 56})}),
      unpool_row("max_unpool3d", pool3, [](const Indexed& p) { return max_unpool3d(p.first, p.second, 2); },
                 {{distinct({1, 2, 4, 2, 6})}}, {real({2, 8, 10, 40, 40})}),
  };
  const Tensor four = zeros({1, 1, 2, 2}), at = zeros({1, 1, 2, 2}, {.dtype = i64});
  rows[4].wrong = {
      LEPTON_FAILS("[max_unpool2d] needs [N, C, H, W], got [2, 2]", max_unpool2d(zeros({2, 2}), at, 2)),
      LEPTON_FAILS(
          "[max_unpool2d] needs an index of type i64 for each element of [1, 1, 2, 2], got [1, 1, 2, 2] f32",
          max_unpool2d(four, four, 2)),
      LEPTON_FAILS("[max_unpool2d] needs an index of type i64 for each element of [1, 1, 2, 3]",
                   max_unpool2d(zeros({1, 1, 2, 3}), at, 2)),
      LEPTON_FAILS("[max_unpool2d] needs a window and a stride of at least 1", max_unpool2d(four, at, 0)),
      LEPTON_FAILS("[max_unpool2d] 2 windows with so much padding have no size",
                   max_unpool2d(four, at, 2, 1, 2)),
      LEPTON_FAILS("[scatter] ", max_unpool2d(four, at + 16, 2))};
  return rows;
}

}  // namespace lepton::op_cases
