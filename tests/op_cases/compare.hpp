// Rows of comparisons, selection and casts.
#pragma once

#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "tests/op_cases/binary.hpp"

namespace lepton::op_cases {

/// Operands are drawn as f32 or f64 from few values, so that some are equal: round(x) inside the row.
inline OpCases comparison_cases() {
  static constexpr auto grid = [](const Tensor& x) { return x.to(i64).to(x.dtype()); };
  static constexpr auto whole = [](double x) { return double(std::int64_t(x)); };
  const auto row = [](std::string name, std::string op, TwoTensors call, bool (*holds)(double, double)) {
    return OpCase{.name = name,
                  .op = std::move(op),
                  .call = [call](const Tensors& x) { return call(grid(x[0]), grid(x[1])); },
                  .reference =
                      [holds](const Arrays& x) {
                        return zip(x[0], x[1],
                                   [holds](double a, double b) { return double(holds(whole(a), whole(b))); });
                      },
                  .inputs = {{real({6, 7}), real({6, 7})},
                             {real({3, 1}), real({5})},
                             {real({}), real({})},
                             {real({0}), real({0})}},
                  .derivatives = 0,
                  .wrong = {LEPTON_FAILS("[" + name + "] shapes do not broadcast: [2, 3] and [4, 3]",
                                         call(zeros({2, 3}), zeros({4, 3})))},
                  .large = {real({256, 1021}), real({256, 1021})},
                  .dtypes = kAnyDType};
  };
  OpCases rows{
      row(
          "eq", "operator==(Tensor, Tensor)", +[](const Tensor& a, const Tensor& b) { return a == b; },
          +[](double a, double b) { return a == b; }),
      row(
          "ne", "operator!=(Tensor, Tensor)", +[](const Tensor& a, const Tensor& b) { return a != b; },
          +[](double a, double b) { return a != b; }),
      row(
          "lt", "operator<(Tensor, Tensor)", +[](const Tensor& a, const Tensor& b) { return a < b; },
          +[](double a, double b) { return a < b; }),
      row(
          "le", "operator<=(Tensor, Tensor)", +[](const Tensor& a, const Tensor& b) { return a <= b; },
          +[](double a, double b) { return a <= b; }),
      row(
          "gt", "operator>(Tensor, Tensor)", +[](const Tensor& a, const Tensor& b) { return a > b; },
          +[](double a, double b) { return a > b; }),
      row(
          "ge", "operator>=(Tensor, Tensor)", +[](const Tensor& a, const Tensor& b) { return a >= b; },
          +[](double a, double b) { return a >= b; }),
  };
  // Greater is less with the operands swapped, and says so.
  rows[4].wrong[0].message = "[lt] shapes do not broadcast: [4, 3] and [2, 3]";
  rows[5].wrong[0].message = "[le] shapes do not broadcast: [4, 3] and [2, 3]";
  return rows;
}

inline OpCases number_comparison_cases() {
  OpCases rows{
      number_case(
          "eq_number", "operator==(Tensor, double)", +[](const Tensor& x) { return x.to(i64) == 1; },
          +[](double x) { return double(std::int64_t(x) == 1); }),
      number_case(
          "ne_number", "operator!=(Tensor, double)", +[](const Tensor& x) { return x.to(i64) != 1; },
          +[](double x) { return double(std::int64_t(x) != 1); }),
      number_case(
          "le_number", "operator<=(Tensor, double)", +[](const Tensor& x) { return x.to(i64) <= 1; },
          +[](double x) { return double(std::int64_t(x) <= 1); }),
      number_case(
          "ge_number", "operator>=(Tensor, double)", +[](const Tensor& x) { return x.to(i64) >= 1; },
          +[](double x) { return double(std::int64_t(x) >= 1); }),
      number_case(
          "lt_number", "operator<(Tensor, double)", +[](const Tensor& x) { return x < 0.5; },
          +[](double x) { return double(x < 0.5); }),
      number_case(
          "gt_number", "operator>(Tensor, double)", +[](const Tensor& x) { return x > 0.5; },
          +[](double x) { return double(x > 0.5); }),
  };
  for (OpCase& row : rows) row.derivatives = 0;
  return rows;
}

inline OpCases selection_cases() {
  const auto choose = [](const Arrays& x) {
    const Array shape =
        zip(x[0], zip(x[1], x[2], [](double, double) { return 0.0; }), [](double, double) { return 0.0; });
    return generate(shape.shape, [&](const Dims& at) {
      return stretched(x[0], at) != 0 ? stretched(x[1], at) : stretched(x[2], at);
    });
  };
  return {
      {.name = "where",
       .op = "where",
       .call = [](const Tensors& x) { return where(x[0], x[1], x[2]); },
       .reference = choose,
       .inputs = {{flags({3, 4}), real({3, 4}), real({3, 4})},
                  {flags({3, 1}), real({4}), real({})},
                  {flags({2}), real({3, 1}), real({1, 2})},
                  {flags({}), real({}), real({})},
                  {flags({0, 2}), real({2}), real({0, 1})}},
       .wrong = {LEPTON_FAILS("[where] the condition must be boolean, got f32",
                              where(zeros({2}), zeros({2}), zeros({2}))),
                 LEPTON_FAILS("[where] shapes do not broadcast: [2] and [3]",
                              where(zeros({2}, {.dtype = boolean}), zeros({3}), zeros({3})))},
       .large = {flags({256, 1021}), real({256, 1021}), real({1021})},
       .dtypes = kAnyDType},
      {.name = "cast",
       .op = "cast",
       .call = [](const Tensors& x) { return cast(x[0], f64); },
       .reference = [](const Arrays& x) { return x[0]; },
       .inputs = {{real({4, 6})}, {real({})}, {real({0, 2})}},
       .wrong = {LEPTON_FAILS("[tensor] is undefined", cast(Tensor(), f64))},
       .large = {real({256, 1021})},
       .dtypes = kAnyDType},
      {.name = "to_dtype",
       .op = "Tensor::to(DType)",
       .call = [](const Tensors& x) { return (x[0] * 1.5).to(i32); },
       .reference =
           [](const Arrays& x) { return map(x[0], [](double v) { return double(std::int64_t(v * 1.5)); }); },
       .inputs = {{real({4, 6}, -9, 9)}, {real({})}},
       .derivatives = 0,
       .wrong = {LEPTON_FAILS("[tensor] is undefined", Tensor().to(i32))},
       .large = {real({256, 1021})}},
  };
}

}  // namespace lepton::op_cases
