// Rows of running sums and products, of products, and of composed reductions.
#pragma once

#include <cmath>

#include "lepton/ops/scan.hpp"
#include "tests/op_cases/reduce.hpp"

namespace lepton::op_cases {

/// x, where each element was replaced by f(the element before it along the axis, itself).
inline Array running(Array x, std::int64_t axis, double (*f)(double, double)) {
  const int a = int(axis < 0 ? axis + x.shape.rank() : axis);
  for_each_index(x.shape, [&](Dims at) {
    if (at[a] == 0) return;
    Dims before = at;
    --before[a];
    x(at) = f(x(before), x(at));
  });
  return x;
}

inline OpCases scan_cases() {
  const auto row = [](std::string name, std::string op, Tensor (*call)(const Tensor&), std::int64_t axis,
                      double (*f)(double, double), std::vector<Inputs> inputs, std::vector<Wrong> wrong) {
    return OpCase{.name = std::move(name),
                  .op = std::move(op),
                  .call = [call](const Tensors& x) { return call(x[0]); },
                  .reference = [axis, f](const Arrays& x) { return running(x[0], axis, f); },
                  .inputs = std::move(inputs),
                  .wrong = std::move(wrong),
                  .large = {real({500, 700}, 0.9, 1.1)},
                  .dtypes = {f16, i8, u8, i32, i64, boolean},
                  .f32_tolerance = 1e-4};
  };
  constexpr auto add = +[](double a, double b) { return a + b; };
  constexpr auto multiply = +[](double a, double b) { return a * b; };
  const std::vector<Inputs> any{{real({3, 5})}, {real({4})}, {real({2, 3, 4})}, {real({0, 3})}};
  const std::vector<Inputs> not_zero{{away_from(0, {3, 4})}, {away_from(0, {4})}, {away_from(0, {2, 3, 2})}};
  const std::vector<Inputs> apart{
      {distinct({3, 5})}, {distinct({4})}, {distinct({2, 3, 4})}, {distinct({0, 3})}};
  OpCases rows{
      row("cumsum", "cumsum", +[](const Tensor& x) { return cumsum(x); }, -1, add, any,
          {LEPTON_FAILS("[cumsum] axis 2 is out of range for a tensor with 2 axes", cumsum(zeros({2, 3}), 2)),
           LEPTON_FAILS("[cumsum] a scalar has no axes", cumsum(zeros({})))}),
      row("cumsum_first", "cumsum", +[](const Tensor& x) { return cumsum(x, 0); }, 0, add, any, {}),
      row("cumprod", "cumprod", +[](const Tensor& x) { return cumprod(x); }, -1, multiply, not_zero,
          {LEPTON_FAILS("[cumprod] axis 2 is out of range for a tensor with 2 axes",
                        cumprod(zeros({2, 3}), 2))}),
      row(
          "logcumsumexp", "logcumsumexp", +[](const Tensor& x) { return logcumsumexp(x); }, -1,
          +[](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }, any,
          {LEPTON_FAILS("[logcumsumexp] computes with f32 and f64",
                        logcumsumexp(zeros({2}, {.dtype = i32})))}),
      row(
          "cummax", "cummax", +[](const Tensor& x) { return cummax(x).values; }, -1,
          +[](double a, double b) { return std::fmax(a, b); }, apart,
          {LEPTON_FAILS("[cummax] a scalar has no axes", cummax(zeros({})))}),
      row(
          "cummin_first", "cummin", +[](const Tensor& x) { return cummin(x, 0).values; }, 0,
          +[](double a, double b) { return std::fmin(a, b); }, apart,
          {LEPTON_FAILS("[cummin] axis 2 is out of range", cummin(zeros({2, 3}), 2))}),
      row("cumprod_first", "cumprod", +[](const Tensor& x) { return cumprod(x, 0); }, 0, multiply, not_zero,
          {}),
  };
  for (OpCase& each : rows)
    if (each.op == "logcumsumexp") each.dtypes = {f16};
    else if (each.op.starts_with("cumm")) each.dtypes = {f16, i8, u8, i32, i64};
  return rows;
}

/// Places of running extremes, and differences of neighbours.
inline OpCases neighbour_cases() {
  const auto places = [](bool largest) {
    return [largest](const Arrays& x) {
      return generate(x[0].shape, [&](const Dims& at) {
        Dims best = at, k = at;
        for (k[1] = best[1] = 0; k[1] <= at[1]; ++k[1])
          if (largest ? x[0](k) >= x[0](best) : x[0](k) <= x[0](best)) best[1] = k[1];
        return double(best[1]);
      });
    };
  };
  const auto second_difference = [](const Arrays& x) {
    Shape shape = x[0].shape;
    shape[0] = std::max<std::int64_t>(0, shape[0] - 2);
    return generate(shape, [&](Dims at) {
      Dims next = at, last = at;
      next[0] += 1;
      last[0] += 2;
      return x[0](last) - 2 * x[0](next) + x[0](at);
    });
  };
  return {
      {.name = "cummax_places",
       .op = "cummax",
       .call = [](const Tensors& x) { return cummax(x[0].to(i64)).indices; },
       .reference =
           [=](const Arrays& x) { return places(true)({map(x[0], [](double v) { return std::trunc(v); })}); },
       .inputs = {{real({3, 9}, -4, 4)}},
       .derivatives = 0},
      {.name = "cummin_places",
       .op = "cummin",
       .call = [](const Tensors& x) { return cummin(x[0]).indices; },
       .reference = places(false),
       .inputs = {{real({3, 9})}, {real({2, 1})}},
       .derivatives = 0,
       .large = {real({600, 900})}},
      {.name = "diff",
       .op = "diff",
       .call = [](const Tensors& x) { return diff(x[0], 2, 0); },
       .reference = second_difference,
       .inputs = {{real({5, 3})}, {real({4})}, {real({2, 2})}},
       .wrong = {LEPTON_FAILS("[diff] cannot be taken -1 times", diff(zeros({3}), -1))},
       .dtypes = {f16, i32, i64}}};
}

inline OpCases product_cases() {
  constexpr auto product = +[](std::vector<double>& v) {
    double total = 1;
    for (const double e : v) total *= e;
    return total;
  };
  const auto row = [](std::string name, std::string op, Tensor (*call)(const Tensor&), OfGroup value,
                      const Dims& axes, bool keep, Input (*draw)(const Shape&)) {
    return OpCase{.name = std::move(name),
                  .op = std::move(op),
                  .call = [call](const Tensors& x) { return call(x[0]); },
                  .reference = [value, axes, keep](const Arrays& x) { return fold(x[0], axes, keep, value); },
                  .inputs = {{draw({3, 4})}, {draw({2, 2})}},
                  .wrong = {},
                  .large = {draw({300, 500})},
                  .f32_tolerance = 1e-4};
  };
  constexpr auto apart_from_zero = +[](const Shape& s) { return away_from(0, s, -1.5, 1.5); };
  constexpr auto apart = +[](const Shape& s) { return distinct(s); };
  const auto deviation = [](double less) {
    return less == 1 ? +[](std::vector<double>& v) { return std::sqrt(variance_of(v, 1)); }
                     : +[](std::vector<double>& v) { return std::sqrt(variance_of(v, 0)); };
  };
  constexpr auto two_norm = +[](std::vector<double>& v) {
    double total = 0;
    for (const double e : v) total += e * e;
    return std::sqrt(total);
  };
  constexpr auto three_norm = +[](std::vector<double>& v) {
    double total = 0;
    for (const double e : v) total += std::pow(std::fabs(e), 3);
    return std::cbrt(total);
  };
  constexpr auto largest = +[](std::vector<double>& v) {
    double most = 0;
    for (const double e : v) most = std::fmax(most, std::fabs(e));
    return most;
  };
  OpCases rows{
      row(
          "prod_all", "prod(Tensor)", +[](const Tensor& x) { return prod(x); }, product, {}, false,
          apart_from_zero),
      row(
          "prod_first", "prod(Tensor, Dims, KeepDim)",
          +[](const Tensor& x) { return prod(x, {0}, KeepDim::yes); }, product, {0}, true, apart_from_zero),
      row(
          "prod_last", "prod(Tensor, Dims, KeepDim)", +[](const Tensor& x) { return prod(x, {-1}); }, product,
          {1}, false, apart_from_zero),
      row(
          "variance_correction", "variance(Tensor, Dims, double, KeepDim)",
          +[](const Tensor& x) { return variance(x, {-1}, 0); },
          +[](std::vector<double>& v) { return variance_of(v, 0); }, {1}, false, apart),
      row(
          "standard_deviation", "standard_deviation",
          +[](const Tensor& x) { return standard_deviation(x, {0}); }, deviation(1), {0}, false, apart),
      row(
          "standard_deviation_of_all", "standard_deviation",
          +[](const Tensor& x) {
            return standard_deviation(x, {0, 1}, 0, KeepDim::yes);
          },
          deviation(0), {0, 1}, true, apart),
      row(
          "norm", "norm(Tensor, double)", +[](const Tensor& x) { return norm(x); }, two_norm, {}, false,
          apart),
      row(
          "norm_three", "norm(Tensor, double, Dims, KeepDim)",
          +[](const Tensor& x) { return norm(x, 3, {1}); }, three_norm, {1}, false, apart_from_zero),
      row(
          "norm_most", "norm(Tensor, double, Dims, KeepDim)",
          +[](const Tensor& x) { return norm(x, double(INFINITY), {0}, KeepDim::yes); }, largest, {0}, true,
          +[](const Shape& s) {
            return Input{s, 0.1, 4.1, Input::Draw::distinct};
          }),
  };
  for (OpCase& each : rows) {
    const auto call = each.call;
    each.wrong = {LEPTON_FAILS("[", call({Tensor()}))};
    if (each.name.starts_with("prod")) each.large = {real({300, 500}, 0.99, 1.01)};
  }
  return rows;
}

inline OpCases question_cases() {
  const auto row = [](std::string name, std::string op, Tensor (*call)(const Tensor&), OfGroup value,
                      const Dims& axes, bool keep) {
    return OpCase{.name = std::move(name),
                  .op = std::move(op),
                  .call = [call](const Tensors& x) { return call(x[0]); },
                  .reference = [value, axes, keep](const Arrays& x) { return fold(x[0], axes, keep, value); },
                  .inputs = {{distinct({3, 5})}, {distinct({2, 4})}},
                  .derivatives = 0,
                  .wrong = {LEPTON_FAILS("[", call(Tensor()))},
                  .large = {real({1024, 500})},
                  .dtypes = {f16, u8, i32, i64}};
  };
  constexpr auto some = +[](std::vector<double>& v) {
    return double(std::any_of(v.begin(), v.end(), [](double e) { return std::trunc(e) != 0; }));
  };
  constexpr auto every = +[](std::vector<double>& v) {
    return double(std::all_of(v.begin(), v.end(), [](double e) { return std::trunc(e) != 0; }));
  };
  constexpr auto first_smallest =
      +[](std::vector<double>& v) { return double(std::min_element(v.begin(), v.end()) - v.begin()); };
  OpCases rows{
      row(
          "any_all", "any(Tensor)", +[](const Tensor& x) { return any(x.to(i64)); }, some, {}, false),
      row(
          "any_last", "any(Tensor, Dims, KeepDim)", +[](const Tensor& x) { return any(x.to(i64), {-1}); },
          some, {1}, false),
      row(
          "all_all", "all(Tensor)", +[](const Tensor& x) { return all(x.to(i64)); }, every, {}, false),
      row(
          "all_first", "all(Tensor, Dims, KeepDim)",
          +[](const Tensor& x) { return all(x.to(i64), {0}, KeepDim::yes); }, every, {0}, true),
      row(
          "argmin", "argmin", +[](const Tensor& x) { return argmin(x); }, first_smallest, {1}, false),
      row(
          "argmin_first", "argmin", +[](const Tensor& x) { return argmin(x, 0, KeepDim::yes); },
          first_smallest, {0}, true),
  };
  return rows;
}

}  // namespace lepton::op_cases
