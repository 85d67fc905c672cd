// Rows of ops/logic.hpp: questions about elements, and filling by them.
#pragma once

#include <algorithm>
#include <cmath>

#include "lepton/ops/logic.hpp"
#include "tests/op_cases/binary.hpp"

namespace lepton::op_cases {

/// Of elements that are cut to whole numbers, so that some are 0.
inline OpCases logic_cases() {
  static constexpr auto grid = [](const Tensor& x) { return x.to(i64).to(x.dtype()); };
  static constexpr auto is_set = [](double x) { return std::trunc(x) != 0; };
  OpCases rows{
      binary_case(
          "logical_and", "logical_and",
          +[](const Tensor& a, const Tensor& b) { return logical_and(grid(a), grid(b)); },
          +[](double a, double b) { return double(is_set(a) && is_set(b)); }),
      binary_case(
          "logical_or", "logical_or",
          +[](const Tensor& a, const Tensor& b) { return logical_or(grid(a), grid(b)); },
          +[](double a, double b) { return double(is_set(a) || is_set(b)); }),
      binary_case(
          "logical_xor", "logical_xor",
          +[](const Tensor& a, const Tensor& b) { return logical_xor(grid(a), grid(b)); },
          +[](double a, double b) { return double(is_set(a) != is_set(b)); }),
      binary_case(
          "isclose", "isclose",
          +[](const Tensor& a, const Tensor& b) { return isclose(grid(a), grid(b) * 1.01, 0.02); },
          +[](double a, double b) { return double(std::trunc(a) == std::trunc(b)); }),
  };
  for (OpCase& row : rows) {
    const auto call = row.call;
    row.wrong = {LEPTON_FAILS("[", call({zeros({2, 3}), zeros({2, 4})}))};
  }
  const auto one = [&rows](std::string name, Tensor (*call)(const Tensor&), double (*value)(double)) {
    rows.push_back(number_case(name, name, call, value));
  };
  one(
      "logical_not", +[](const Tensor& x) { return logical_not(grid(x)); },
      +[](double x) { return double(!is_set(x)); });
  one(
      "isnan", +[](const Tensor& x) { return isnan(log(grid(x))); },
      +[](double x) { return double(std::isnan(std::log(std::trunc(x)))); });
  one(
      "isinf", +[](const Tensor& x) { return isinf(1 / (grid(x) * 1.0)); },
      +[](double x) { return double(!is_set(x)); });
  one(
      "isfinite", +[](const Tensor& x) { return isfinite(log(grid(x))); },
      +[](double x) { return double(std::trunc(x) > 0); });
  for (OpCase& row : rows) {
    row.derivatives = 0;
    row.dtypes = {f16, bf16, i8, i32, i64};
  }
  return rows;
}

/// Of a whole tensor: one number, which the host reads.
inline OpCases agreement_cases() {
  const auto row = [](std::string name, bool (*call)(const Tensor&, const Tensor&), double right) {
    return OpCase{.name = name,
                  .op = name,
                  .call = [call](const Tensors& x) { return full({}, double(call(x[0], x[0] + 1e-7))); },
                  .reference = [right](const Arrays&) { return Array({}, {right}); },
                  .inputs = {{real({3, 4})}, {real({2})}},
                  .derivatives = 0,
                  .wrong = {LEPTON_FAILS("[", call(zeros({2}), Tensor()))},
                  .captured = false};
  };
  const auto among = [](const Arrays& x) {
    return map(x[0], [&](double v) {
      return double(std::ranges::any_of(x[1].values, [v](double e) { return std::trunc(v) == std::trunc(e); }));
    });
  };
  return {row("allclose", +[](const Tensor& a, const Tensor& b) { return allclose(a, b, 0, 1e-5); }, 1),
          row("equal", +[](const Tensor& a, const Tensor& b) { return equal(a, b) || !equal(b, b.clone()); }, 0),
          {.name = "isin",
           .op = "isin",
           .call = [](const Tensors& x) { return isin(x[0].to(i64), x[1].to(i64)); },
           .reference = among,
           .inputs = {{real({3, 4}, -4, 4), real({2, 2}, -4, 4)}, {real({5}), real({0})}, {real({}), real({3})}},
           .derivatives = 0,
           .wrong = {LEPTON_FAILS("[tensor] is undefined", isin(Tensor(), zeros({2})))}}};
}

inline OpCases filling_cases() {
  const auto fill = [](const Arrays& x) {
    return generate(x[0].shape, [&](const Dims& at) { return stretched(x[1], at) != 0 ? -1.5 : x[0](at); });
  };
  return {{.name = "masked_fill",
           .op = "masked_fill",
           .call = [](const Tensors& x) { return masked_fill(x[0], x[1], -1.5); },
           .reference = fill,
           .inputs = {{real({3, 4}), flags({3, 4})},
                      {real({3, 4}), flags({4})},
                      {real({2, 3}), flags({2, 1})},
                      {real({}), flags({})},
                      {real({0, 2}), flags({2})}},
           .wrong = {LEPTON_FAILS("[masked_fill] mask [2, 3] does not fit [3]",
                                  masked_fill(zeros({3}), zeros({2, 3}, {.dtype = boolean}), 1)),
                     LEPTON_FAILS("[where] the condition must be boolean, got f32",
                                  masked_fill(zeros({3}), zeros({3}), 1))},
           .large = {real({256, 1021}), flags({1021})},
           .dtypes = {f16, bf16}},
          {.name = "nan_to_num",
           .op = "nan_to_num",
           .call =
               [](const Tensors& x) {
                 return nan_to_num(where(x[1], full({}, double(INFINITY), {x[0].dtype(), x[0].device()}), x[0]), 7,
                                   -1.5, 8);
               },
           .reference = fill,
           .inputs = {{real({3, 4}), flags({3, 4})}, {real({}), flags({})}, {real({0, 2}), flags({2})}},
           .wrong = {LEPTON_FAILS("[tensor] is undefined", nan_to_num(Tensor(), 0, 1, 2))},
           .large = {real({256, 1021}), flags({1021})},
           .dtypes = {f16, bf16}}};
}

}  // namespace lepton::op_cases
