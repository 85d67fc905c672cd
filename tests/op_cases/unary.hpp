// Rows of the functions of one tensor.
#pragma once

#include <cmath>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

/// A row for y = f(x), drawn from [low, high] away from `kink`.
inline OpCase unary_case(std::string name, Tensor (*call)(const Tensor&), double (*value)(double), Input like,
                         std::string op = "") {
  const auto drawn = [like](const Shape& shape) {
    Input input = like;
    input.shape = shape;
    return input;
  };
  return {
      .name = name,
      .op = op.empty() ? name : op,
      .call = [call](const Tensors& x) { return call(x[0]); },
      .reference = [value](const Arrays& x) { return map(x[0], value); },
      .inputs = {{drawn({5, 7})}, {drawn({})}, {drawn({0, 3})}, {drawn({2, 3, 1, 4})}},
      .wrong = {LEPTON_FAILS("[tensor] is undefined", call(Tensor()))},
      .large = {drawn({256, 1021})},
      .dtypes = {f16, bf16, i8, i32, i64},
  };
}

inline OpCases activation_cases() {
  static constexpr auto logistic = +[](double x) { return 1 / (1 + std::exp(-x)); };
  static constexpr auto normal_cdf = +[](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
  const Input any = real({}, -3, 3), not_zero = away_from(0, {}, -3, 3);
  OpCases rows{
      unary_case(
          "relu", relu, +[](double x) { return std::fmax(x, 0.0); }, not_zero),
      unary_case("sigmoid", sigmoid, logistic, any),
      unary_case(
          "tanh", +[](const Tensor& x) { return tanh(x); }, +[](double x) { return std::tanh(x); }, any),
      unary_case(
          "silu", silu, +[](double x) { return x * logistic(x); }, any),
      unary_case(
          "gelu", gelu, +[](double x) { return x * normal_cdf(x); }, any),
      unary_case(
          "gelu_tanh", gelu_tanh,
          +[](double x) {
            return x / 2 *
                   (1 + std::tanh(std::sqrt(2 / 3.14159265358979324) * (x + 0.044715 * std::pow(x, 3))));
          },
          any),
      unary_case(
          "leaky_relu", +[](const Tensor& x) { return leaky_relu(x); },
          +[](double x) { return x > 0 ? x : 0.01 * x; }, not_zero, "leaky_relu(Tensor)"),
      unary_case(
          "leaky_relu_slope", +[](const Tensor& x) { return leaky_relu(x, 0.3); },
          +[](double x) { return x > 0 ? x : 0.3 * x; }, not_zero, "leaky_relu(Tensor, double)"),
      unary_case(
          "elu", +[](const Tensor& x) { return elu(x); }, +[](double x) { return x > 0 ? x : std::expm1(x); },
          not_zero, "elu(Tensor)"),
      unary_case(
          "elu_alpha", +[](const Tensor& x) { return elu(x, 0.7); },
          +[](double x) { return x > 0 ? x : 0.7 * std::expm1(x); }, not_zero, "elu(Tensor, double)"),
      unary_case(
          "relu6", relu6, +[](double x) { return std::fmin(std::fmax(x, 0), 6); }, away_from(6, {}, 0.1, 8)),
      unary_case(
          "relu6_below", relu6, +[](double x) { return std::fmax(x, 0); }, away_from(0, {}, -2, 5.9), "relu6"),
      unary_case(
          "softplus", +[](const Tensor& x) { return softplus(x); },
          +[](double x) { return std::log(1 + std::exp(x)); }, any, "softplus(Tensor)"),
  };
  return rows;
}

inline OpCases math_cases() {
  const Input any = real({}, -3, 3), positive = real({}, 0.2, 3), not_zero = away_from(0, {}, -2, 2);
  OpCases rows{
      unary_case(
          "exp", +[](const Tensor& x) { return exp(x); }, +[](double x) { return std::exp(x); }, any),
      unary_case(
          "log", +[](const Tensor& x) { return log(x); }, +[](double x) { return std::log(x); }, positive),
      unary_case(
          "log1p", +[](const Tensor& x) { return log1p(x); }, +[](double x) { return std::log1p(x); },
          real({}, -0.8, 3)),
      unary_case(
          "sqrt", +[](const Tensor& x) { return sqrt(x); }, +[](double x) { return std::sqrt(x); }, positive),
      unary_case(
          "square", square, +[](double x) { return x * x; }, any),
      unary_case(
          "abs", +[](const Tensor& x) { return abs(x); }, +[](double x) { return std::fabs(x); }, not_zero),
      unary_case(
          "reciprocal", reciprocal, +[](double x) { return 1 / x; }, away_from(0, {}, 0.3, 3)),
      unary_case(
          "sin", +[](const Tensor& x) { return sin(x); }, +[](double x) { return std::sin(x); }, any),
      unary_case(
          "cos", +[](const Tensor& x) { return cos(x); }, +[](double x) { return std::cos(x); }, any),
      unary_case(
          "erf", +[](const Tensor& x) { return erf(x); }, +[](double x) { return std::erf(x); }, any),
      unary_case(
          "clamp", +[](const Tensor& x) { return clamp(x, -2.5, 0.75); },
          +[](double x) { return std::fmin(std::fmax(x, -2.5), 0.75); }, away_from(0.75, {}, -2.4, 3),
          "clamp(Tensor, double, double)"),
      unary_case(
          "pow", +[](const Tensor& x) { return pow(x, 2.5); }, +[](double x) { return std::pow(x, 2.5); },
          positive, "pow(Tensor, double)"),
      unary_case(
          "pow_negative", +[](const Tensor& x) { return pow(x, -0.5); },
          +[](double x) { return std::pow(x, -0.5); }, positive, "pow(Tensor, double)"),
      unary_case(
          "pow_cube", +[](const Tensor& x) { return pow(x, 3); }, +[](double x) { return x * x * x; }, any,
          "pow(Tensor, double)"),
      unary_case(
          "pointwise",
          +[](const Tensor& x) {
            return pointwise(op::Affine{-2, 0.5}, x);
          },
          +[](double x) { return 0.5 - 2 * x; }, any),
      unary_case(
          "negative", +[](const Tensor& x) { return -x; }, +[](double x) { return -x; }, any,
          "operator-(Tensor)"),
  };
  return rows;
}

}  // namespace lepton::op_cases
