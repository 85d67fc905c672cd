// Rows of arithmetic, comparison and selection.
#pragma once

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

using TwoTensors = Tensor (*)(const Tensor&, const Tensor&);
using TwoNumbers = double (*)(double, double);

/// A row for y = f(a, b) with broadcasting; `b` says how the second operand is drawn.
inline OpCase binary_case(std::string name, std::string op, TwoTensors call, TwoNumbers value,
                          const Input& b = {}) {
  const auto pair = [b](const Shape& first, const Shape& second) {
    Input x = real(first), y = b;
    if (b.draw == Input::Draw::distinct) x.draw = b.draw;
    y.shape = second;
    return Inputs{x, y};
  };
  return {
      .name = std::move(name),
      .op = std::move(op),
      .call = [call](const Tensors& x) { return call(x[0], x[1]); },
      .reference = [value](const Arrays& x) { return zip(x[0], x[1], value); },
      .inputs = {pair({3, 5}, {3, 5}), pair({3, 5}, {5}), pair({2, 1, 4}, {3, 1}), pair({}, {4}),
                 pair({}, {}), pair({0, 3}, {3}), pair({4, 1}, {1, 0})},
      .wrong = {},
      .large = pair({256, 1021}, {256, 1021}),
      .dtypes = {f16, bf16, i8, i32, i64},
  };
}

/// The number is at places where an integer tensor's result is the number's too.
inline OpCase number_case(std::string name, std::string op, Tensor (*call)(const Tensor&),
                          double (*value)(double), const Input& like = {}) {
  const auto drawn = [like](const Shape& shape) {
    Input input = like;
    input.shape = shape;
    return input;
  };
  return {
      .name = std::move(name),
      .op = std::move(op),
      .call = [call](const Tensors& x) { return call(x[0]); },
      .reference = [value](const Arrays& x) { return map(x[0], value); },
      .inputs = {{drawn({4, 6})}, {drawn({})}, {drawn({0})}},
      .wrong = {LEPTON_FAILS("[tensor] is undefined", call(Tensor()))},
      .large = {drawn({256, 1021})},
      .dtypes = {f16, bf16, i8, i32, i64},
  };
}

inline OpCases arithmetic_cases() {
  const Input divisor = away_from(0, {}, 0.3, 2);
  OpCases rows{
      binary_case(
          "add", "operator+(Tensor, Tensor)", +[](const Tensor& a, const Tensor& b) { return a + b; },
          +[](double a, double b) { return a + b; }),
      binary_case(
          "sub", "operator-(Tensor, Tensor)", +[](const Tensor& a, const Tensor& b) { return a - b; },
          +[](double a, double b) { return a - b; }),
      binary_case(
          "mul", "operator*(Tensor, Tensor)", +[](const Tensor& a, const Tensor& b) { return a * b; },
          +[](double a, double b) { return a * b; }),
      binary_case(
          "div", "operator/(Tensor, Tensor)", +[](const Tensor& a, const Tensor& b) { return a / b; },
          +[](double a, double b) { return a / b; }, divisor),
      binary_case(
          "maximum", "maximum", +[](const Tensor& a, const Tensor& b) { return maximum(a, b); },
          +[](double a, double b) { return a > b ? a : b; }, distinct({})),
      binary_case(
          "minimum", "minimum", +[](const Tensor& a, const Tensor& b) { return minimum(a, b); },
          +[](double a, double b) { return a < b ? a : b; }, distinct({})),
  };
  for (OpCase& row : rows) {
    const auto call = row.call;
    row.wrong = {
        LEPTON_FAILS("[" + row.name + "] shapes do not broadcast: [2, 3] and [2, 4]",
                     call({zeros({2, 3}), zeros({2, 4})})),
        LEPTON_FAILS("[tensor] is undefined", call({zeros({2}), Tensor()}))};
  }
  return rows;
}

inline OpCases number_cases() {
  const Input divisor = away_from(0, {}, 0.3, 2);
  return {
      number_case(
          "add_number", "operator+(Tensor, double)", +[](const Tensor& x) { return x + 2.5; },
          +[](double x) { return x + 2.5; }),
      number_case(
          "sub_number", "operator-(Tensor, double)", +[](const Tensor& x) { return x - 2.5; },
          +[](double x) { return x - 2.5; }),
      number_case(
          "mul_number", "operator*(Tensor, double)", +[](const Tensor& x) { return x * -1.5; },
          +[](double x) { return x * -1.5; }),
      number_case(
          "div_number", "operator/(Tensor, double)", +[](const Tensor& x) { return x / 3; },
          +[](double x) { return x / 3; }),
      number_case(
          "number_add", "operator+(double, Tensor)", +[](const Tensor& x) { return 2 + x; },
          +[](double x) { return 2 + x; }),
      number_case(
          "number_sub", "operator-(double, Tensor)", +[](const Tensor& x) { return 1 - x; },
          +[](double x) { return 1 - x; }),
      number_case(
          "number_mul", "operator*(double, Tensor)", +[](const Tensor& x) { return 0.5 * x; },
          +[](double x) { return 0.5 * x; }),
      number_case(
          "number_div", "operator/(double, Tensor)", +[](const Tensor& x) { return 2 / x; },
          +[](double x) { return 2 / x; }, divisor),
  };
}

/// `x op= y` binds x anew: the tensor that it named is as it was.
inline OpCases assignment_cases() {
  static constexpr auto rebind = [](const Tensors& x, auto change) {
    Tensor y = x[0];
    change(y);
    if (y.ref() == x[0].ref()) throw Error("test", "the operand was written to");
    return y;
  };
  const Inputs pair{real({3, 4}), away_from(0, {4}, 0.3, 2)};
  const auto row = [&](std::string name, std::string op, auto change, TwoNumbers value) {
    return OpCase{
        .name = std::move(name),
        .op = std::move(op),
        .call = [change](const Tensors& x) { return rebind(x, [&](Tensor& y) { change(y, x[1]); }); },
        .reference = [value](const Arrays& x) { return zip(x[0], x[1], value); },
        .inputs = {pair},
        .wrong = {{"[", [change] {
                     Tensor y = zeros({2});
                     change(y, zeros({3}));
                   }}}};
  };
  const auto number_row = [&](std::string name, std::string op, auto change, double (*value)(double)) {
    return OpCase{.name = std::move(name),
                  .op = std::move(op),
                  .call = [change](const Tensors& x) { return rebind(x, change); },
                  .reference = [value](const Arrays& x) { return map(x[0], value); },
                  .inputs = {{real({3, 4})}},
                  .wrong = {{"[tensor] is undefined", [change] {
                               Tensor y;
                               change(y);
                             }}}};
  };
  return {
      row(
          "add_assign", "operator+=", [](Tensor& a, const Tensor& b) { a += b; },
          +[](double a, double b) { return a + b; }),
      row(
          "sub_assign", "operator-=", [](Tensor& a, const Tensor& b) { a -= b; },
          +[](double a, double b) { return a - b; }),
      row(
          "mul_assign", "operator*=(Tensor, Tensor)", [](Tensor& a, const Tensor& b) { a *= b; },
          +[](double a, double b) { return a * b; }),
      row(
          "div_assign", "operator/=(Tensor, Tensor)", [](Tensor& a, const Tensor& b) { a /= b; },
          +[](double a, double b) { return a / b; }),
      number_row(
          "mul_assign_number", "operator*=(Tensor, double)", [](Tensor& a) { a *= 3; },
          +[](double x) { return x * 3; }),
      number_row(
          "div_assign_number", "operator/=(Tensor, double)", [](Tensor& a) { a /= 4; },
          +[](double x) { return x / 4; }),
  };
}

}  // namespace lepton::op_cases
