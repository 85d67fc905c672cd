// Rows of sums, means, extremes and what is made of them.
#pragma once

#include <cmath>

#include "lepton/ops/reduce.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

using OfGroup = double (*)(std::vector<double>&);

/// Rows for a reduction of everything and of some axes; `draw` gives a shape's input.
inline OpCases reduction_cases(const std::string& name, Tensor (*all)(const Tensor&),
                               Tensor (*some)(const Tensor&, const Dims&, KeepDim), OfGroup value,
                               Input (*draw)(const Shape&), const std::vector<DType>& dtypes) {
  OpCases rows{{.name = name + "_all",
                .op = name + "(Tensor)",
                .call = [all](const Tensors& x) { return all(x[0]); },
                .reference = [value](const Arrays& x) { return fold(x[0], {}, false, value); },
                .inputs = {{draw({3, 5})}, {draw({})}, {draw({2, 3, 1, 4})}},
                .wrong = {LEPTON_FAILS("[tensor] is undefined", all(Tensor()))},
                .large = {draw({256, 1021})},
                .dtypes = dtypes}};
  const auto row = [&](const std::string& which, const Dims& axes, KeepDim keep, std::vector<Inputs> inputs,
                       Inputs large) {
    rows.push_back(
        {.name = name + which,
         .op = name + "(Tensor, Dims, KeepDim)",
         .call = [some, axes, keep](const Tensors& x) { return some(x[0], axes, keep); },
         .reference = [value, axes,
                       keep](const Arrays& x) { return fold(x[0], axes, keep == KeepDim::yes, value); },
         .inputs = std::move(inputs),
         .wrong = {LEPTON_FAILS("[" + name + "] axis 2 is out of range for a tensor with 2 axes",
                                some(zeros({2, 3}), {2}, KeepDim::no))},
         .large = std::move(large),
         .dtypes = dtypes});
  };
  row("_last", {-1}, KeepDim::no, {{draw({3, 5})}, {draw({6})}, {draw({0, 5})}, {draw({2, 3, 4})}},
      {draw({2048, 300})});
  row("_first", {0}, KeepDim::no, {{draw({3, 5})}, {draw({4, 2, 3})}}, {draw({2048, 300})});
  row("_middle", {1}, KeepDim::yes, {{draw({2, 5, 3})}, {draw({3, 4})}}, {draw({32, 200, 100})});
  row("_channels", {0, 2, 3}, KeepDim::no, {{draw({2, 3, 4, 2})}}, {draw({16, 8, 50, 50})});
  row("_outer", {0, -1}, KeepDim::yes, {{draw({2, 3, 4})}, {draw({3, 2})}}, {draw({64, 100, 80})});
  return rows;
}

inline OpCases reduce_cases() {
  constexpr auto any = +[](const Shape& s) { return real(s); };
  constexpr auto apart = +[](const Shape& s) { return distinct(s); };
  OpCases rows = reduction_cases("sum", sum, sum, +[](std::vector<double>& v) { return sum_of(v); }, any,
                                 {f16, bf16, i8, u8, i32, i64, boolean});
  const auto append = [&rows](OpCases more) { rows.insert(rows.end(), more.begin(), more.end()); };
  append(reduction_cases("mean", mean, mean, +[](std::vector<double>& v) { return mean_of(v); }, any, {f16, bf16}));
  append(reduction_cases("max", max, max,
                         +[](std::vector<double>& v) { return *std::max_element(v.begin(), v.end()); }, apart,
                         {f16, bf16, i8, u8, i32, i64}));
  append(reduction_cases("min", min, min,
                         +[](std::vector<double>& v) { return *std::min_element(v.begin(), v.end()); }, apart,
                         {f16, bf16, i8, u8, i32, i64}));
  return rows;
}

inline OpCases statistics_cases() {
  const auto row = [](std::string name, const std::string& op, auto call, OfGroup value, const Dims& axes,
                      bool keep, int derivatives) {
    return OpCase{.name = std::move(name),
                  .op = op,
                  .call = [call](const Tensors& x) { return call(x[0]); },
                  .reference = [value, axes, keep](const Arrays& x) { return fold(x[0], axes, keep, value); },
                  .inputs = {{distinct({3, 5})}, {distinct({2, 4})}},
                  .derivatives = derivatives,
                  .wrong = {},
                  .large = {real({1024, 500})}};
  };
  constexpr auto first_largest =
      +[](std::vector<double>& v) { return double(std::max_element(v.begin(), v.end()) - v.begin()); };
  constexpr auto log_sum = +[](std::vector<double>& v) {
    double total = 0;
    for (const double e : v) total += std::exp(e);
    return std::log(total);
  };
  constexpr auto bessel = +[](std::vector<double>& v) { return variance_of(v, 1); };
  OpCases rows{
      row(
          "argmax", "argmax", [](const Tensor& x) { return argmax(x); }, first_largest, {1}, false, 0),
      row(
          "argmax_first", "argmax", [](const Tensor& x) { return argmax(x, 0, KeepDim::yes); }, first_largest,
          {0}, true, 0),
      row(
          "logsumexp", "logsumexp", [](const Tensor& x) { return logsumexp(x, {-1}); }, log_sum, {1}, false,
          2),
      row(
          "logsumexp_all", "logsumexp",
          [](const Tensor& x) {
            return logsumexp(x, {0, 1}, KeepDim::yes);
          },
          log_sum, {0, 1}, true, 2),
      row(
          "variance", "variance(Tensor, Dims, KeepDim)", [](const Tensor& x) { return variance(x, {-1}); }, bessel, {1}, false, 2),
      row(
          "variance_all", "variance(Tensor, Dims, KeepDim)",
          [](const Tensor& x) {
            return variance(x, {1, 0}, KeepDim::yes);
          },
          bessel, {0, 1}, true, 2),
  };
  rows[0].wrong = {
      LEPTON_FAILS("[argmax] axis 2 is out of range for a tensor with 2 axes", argmax(zeros({2, 3}), 2)),
      LEPTON_FAILS("[argmax] of nothing: [2, 0]", argmax(zeros({2, 0})))};
  rows[0].dtypes = rows[1].dtypes = {u8, i32, i64};
  rows[2].wrong = {LEPTON_FAILS("[logsumexp] axis 2 is out of range for a tensor with 2 axes",
                                logsumexp(zeros({2, 3}), {2}))};
  rows[4].wrong = {LEPTON_FAILS("[variance] axis 2 is out of range for a tensor with 2 axes",
                                variance(zeros({2, 3}), {2}))};
  return rows;
}

}  // namespace lepton::op_cases
