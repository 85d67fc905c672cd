// Rows of ops/statistics.hpp.
#pragma once

#include <algorithm>
#include <cmath>

#include "lepton/ops/cast.hpp"
#include "lepton/ops/logic.hpp"
#include "lepton/ops/statistics.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

/// Between the two elements about the place q (n - 1) of the order.
inline double quantile_of(std::vector<double> v, double q, Between between = Between::linear) {
  std::sort(v.begin(), v.end());
  const double place = q * double(v.size() - 1), part = place - std::floor(place);
  const double below = v[std::size_t(place)], above = v[std::size_t(std::ceil(place))];
  switch (between) {
    case Between::lower: return below;
    case Between::higher: return above;
    case Between::nearest: return v[std::size_t(std::nearbyint(place))];
    case Between::midpoint: return (below + above) / 2;
    default: return below + part * (above - below);
  }
}

/// x with NaN where the second input, flags of x's shape, holds.
inline Tensor holed(const Tensors& x) { return masked_fill(x[0], x[1], double(NAN)); }

/// f of the values of each row of x that the flags leave.
template <class F> Array fold_left(const Arrays& x, F&& f) {
  const Array marked = zip(x[0], x[1], [](double v, double gone) { return gone != 0 ? double(NAN) : v; });
  return fold(marked, {-1}, false, [&](std::vector<double>& v) {
    std::erase_if(v, [](double e) { return std::isnan(e); });
    return f(v);
  });
}

inline OpCases quantile_cases() {
  OpCases rows;
  const auto row = [&rows](std::string name, double q, Between between) {
    rows.push_back({.name = std::move(name),
                    .op = "quantile(Tensor, double, int64_t, KeepDim, Between)",
                    .call = [=](const Tensors& x) { return quantile(x[0], q, 0, KeepDim::yes, between); },
                    .reference =
                        [=](const Arrays& x) {
                          return fold(x[0], {0}, true, [=](const std::vector<double>& v) {
                            return quantile_of(v, q, between);
                          });
                        },
                    .inputs = {{distinct({7, 3})}, {distinct({4})}, {distinct({1, 2})}},
                    .dtypes = {f16, bf16}});
  };
  row("quantile", 0.3, Between::linear);
  row("quantile_lower", 0.3, Between::lower);
  row("quantile_higher", 0.3, Between::higher);
  row("quantile_nearest", 0.7, Between::nearest);
  row("quantile_midpoint", 0.9, Between::midpoint);
  rows[0].wrong = {
      LEPTON_FAILS("[quantile] of nothing along axis 1 of [2, 0]", quantile(zeros({2, 0}), 0.5)),
      LEPTON_FAILS("[quantile] shares lie in [0, 1], not 1.5", quantile(zeros({2}), 1.5)),
      LEPTON_FAILS("[quantile] computes with f32 and f64", quantile(zeros({2}, {.dtype = i32}), 0.5))};
  rows[0].large = {real({501, 300})};
  const std::vector<double> shares{0.25, 1, 0};
  const auto several = [shares](const Array& x, auto value) {
    Array y({3, x.shape[0]});
    for (std::size_t k = 0; k < 3; ++k) {
      const Array one = value(shares[k]);
      std::copy(one.values.begin(), one.values.end(), y.values.begin() + std::int64_t(k) * x.shape[0]);
    }
    return y;
  };
  rows.push_back({.name = "quantiles",
                  .op = "quantile(Tensor, vector<double>, int64_t, KeepDim, Between)",
                  .call = [=](const Tensors& x) { return quantile(x[0], shares); },
                  .reference =
                      [=](const Arrays& x) {
                        return several(x[0], [&](double q) {
                          return fold(x[0], {-1}, false,
                                      [q](std::vector<double>& v) { return quantile_of(v, q); });
                        });
                      },
                  .inputs = {{distinct({3, 6})}},
                  .wrong = {LEPTON_FAILS("[quantile] a scalar has no axes", quantile(zeros({}), shares))}});
  rows.push_back(
      {.name = "nanquantile",
       .op = "nanquantile(Tensor, double, int64_t, KeepDim, Between)",
       .call = [](const Tensors& x) { return nanquantile(holed(x), 0.6); },
       .reference =
           [](const Arrays& x) {
             return fold_left(x, [](const std::vector<double>& v) { return quantile_of(v, 0.6); });
           },
       .inputs = {{distinct({3, 9}), flags({9})}},
       .wrong = {LEPTON_FAILS("[nanquantile] shares lie in [0, 1]", nanquantile(zeros({2}), -1))}});
  rows.push_back(
      {.name = "nanquantiles",
       .op = "nanquantile(Tensor, vector<double>, int64_t, KeepDim, Between)",
       .call = [=](const Tensors& x) { return nanquantile(holed(x), shares); },
       .reference =
           [=](const Arrays& x) {
             return several(x[0], [&](double q) {
               return fold_left(x, [q](const std::vector<double>& v) { return quantile_of(v, q); });
             });
           },
       .inputs = {{distinct({2, 9}), flags({9})}},
       .wrong = {LEPTON_FAILS("[nanquantile] a scalar has no axes", nanquantile(zeros({}), shares))}});
  return rows;
}

inline OpCases without_nan_cases() {
  const std::vector<Inputs> inputs{{real({3, 9}), flags({9})}, {real({2, 2, 9}), flags({9})}};
  const auto each_covariance = [](const Array& x, std::int64_t i, std::int64_t j) {
    double p = 0, q = 0, total = 0;
    const std::int64_t n = x.size(1);
    for (std::int64_t k = 0; k < n; ++k) p += x({i, k}) / double(n), q += x({j, k}) / double(n);
    for (std::int64_t k = 0; k < n; ++k) total += (x({i, k}) - p) * (x({j, k}) - q);
    return total;
  };
  return {
      {.name = "nansum",
       .op = "nansum",
       .call = [](const Tensors& x) { return nansum(holed(x), {-1}); },
       .reference = [](const Arrays& x) { return fold_left(x, sum_of); },
       .inputs = inputs,
       .wrong = {LEPTON_FAILS("[sum] axis 2 is out of range", nansum(zeros({2, 3}), {2}))}},
      {.name = "nanmean",
       .op = "nanmean",
       .call = [](const Tensors& x) { return nanmean(holed(x), {-1}); },
       .reference = [](const Arrays& x) { return fold_left(x, mean_of); },
       .inputs = inputs,
       .wrong = {LEPTON_FAILS("[nanmean] computes with f32 and f64", nanmean(zeros({2}, {.dtype = i32})))}},
      {.name = "covariance",
       .op = "covariance",
       .call = [](const Tensors& x) { return covariance(x[0]); },
       .reference =
           [=](const Arrays& x) {
             return generate({x[0].size(0), x[0].size(0)}, [&](const Dims& at) {
               return each_covariance(x[0], at[0], at[1]) / double(x[0].size(1) - 1);
             });
           },
       .inputs = {{real({3, 5})}, {real({1, 4})}},
       .wrong = {LEPTON_FAILS("[covariance] takes [variables, observations]", covariance(zeros({1, 2, 3})))}},
      {.name = "correlation",
       .op = "correlation",
       .call = [](const Tensors& x) { return correlation(x[0]).select(0, 0).slice(0, 1); },
       .reference =
           [=](const Arrays& x) {
             return generate({x[0].size(0) - 1}, [&](const Dims& at) {
               const std::int64_t i = at[0] + 1;
               return each_covariance(x[0], 0, i) /
                      std::sqrt(each_covariance(x[0], 0, 0) * each_covariance(x[0], i, i));
             });
           },
       .inputs = {{real({3, 5})}, {real({2, 4})}},
       .wrong = {LEPTON_FAILS("[correlation] takes [variables, observations], not [3]",
                              correlation(zeros({3})))}},
  };
}

inline OpCases counting_cases() {
  const auto place_in = [](const Array& sorted, double v, bool right) {
    double n = 0;
    for (const double e : sorted.values) n += e < v || (right && e == v);
    return n;
  };
  const Tensor row3 = zeros({3}), numbers = zeros({3}, {.dtype = i64});
  return {
      {.name = "searchsorted",
       .op = "searchsorted",
       .call = [](const Tensors& x) { return searchsorted(sort(x[0]).values, x[1]); },
       .reference =
           [=](const Arrays& x) { return map(x[1], [&](double v) { return place_in(x[0], v, false); }); },
       .inputs = {{real({7}), real({3, 4})}, {real({8}), real({})}, {real({1}), real({5})}},
       .derivatives = 0,
       .wrong = {LEPTON_FAILS("[searchsorted] values [3] do not fit [2, 3]",
                              searchsorted(zeros({2, 3}), row3))},
       .large = {real({1000}), real({500, 300})},
       .dtypes = {f16, bf16, i8, i32, i64}},
      {.name = "searchsorted_rows",
       .op = "searchsorted",
       .call = [](const Tensors& x) { return searchsorted(sort(x[0]).values, x[0], Side::right); },
       .reference =
           [](const Arrays& x) {
             return generate(x[0].shape, [&](const Dims& at) {
               double n = 0;
               for (std::int64_t k = 0; k < x[0].size(1); ++k) n += x[0]({at[0], k}) <= x[0](at);
               return n;
             });
           },
       .inputs = {{real({3, 5})}, {real({2, 1})}},
       .derivatives = 0,
       .dtypes = {f16, bf16, i8, i32, i64}},
      {.name = "bucketize",
       .op = "bucketize",
       .call = [](const Tensors& x) { return bucketize(x[1], sort(x[0]).values, Side::right); },
       .reference =
           [=](const Arrays& x) { return map(x[1], [&](double v) { return place_in(x[0], v, true); }); },
       .inputs = {{real({6}), real({2, 3})}},
       .derivatives = 0,
       .wrong = {LEPTON_FAILS("[bucketize] boundaries are a vector, not [2, 3]",
                              bucketize(row3, zeros({2, 3})))},
       .dtypes = {i8, i32, i64}},
      {.name = "count_nonzero",
       .op = "count_nonzero",
       .call = [](const Tensors& x) { return count_nonzero(x[0].to(i64), {-1}); },
       .reference =
           [](const Arrays& x) {
             return fold(x[0], {-1}, false, [](std::vector<double>& v) {
               return double(std::ranges::count_if(v, [](double e) { return std::trunc(e) != 0; }));
             });
           },
       .inputs = {{real({3, 7})}, {real({4})}},
       .derivatives = 0,
       .wrong = {LEPTON_FAILS("[sum] axis 2 is out of range", count_nonzero(zeros({2, 3}), {2}))}},
      {.name = "histogram",
       .op = "histogram",
       .call = [](const Tensors& x) { return histogram(x[0], 5, -1.03, 1.47); },
       .reference =
           [](const Arrays& x) {
             Array y({5});
             for (const double v : x[0].values)
               if (v >= -1.03 && v <= 1.47)
                 ++y.values[std::size_t(std::min(4.0, std::floor((v + 1.03) / 0.5)))];
             return y;
           },
       .inputs = {{distinct({6, 8})}, {distinct({0})}},
       .derivatives = 0,
       .wrong = {LEPTON_FAILS("[histogram] needs at least one bin and low < high", histogram(row3, 0, 0, 1)),
                 LEPTON_FAILS("[histogram] needs at least one bin and low < high",
                              histogram(row3, 4, 1, 1))}},
      {.name = "bincount",
       .op = "bincount",
       .call = [](const Tensors& x) { return bincount(x[1], x[0], 6); },
       .reference =
           [](const Arrays& x) {
             Array y({6});
             for (std::size_t i = 0; i < x[1].values.size(); ++i)
               y.values[std::size_t(x[1].values[i])] += x[0].values[i];
             return y;
           },
       .inputs = {{real({9}), index_below(5, {9})}, {real({0}), index_below(5, {0})}},
       .wrong = {LEPTON_FAILS("[bincount] takes a vector of i64, not [3] f32", bincount(row3)),
                 LEPTON_FAILS("[bincount] weights [2] do not fit [3]", bincount(numbers, zeros({2}))),
                 LEPTON_FAILS("[bincount] counts numbers that are not negative", bincount(numbers - 1))},
       .captured = false},
  };
}

}  // namespace lepton::op_cases
