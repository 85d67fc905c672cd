// Rows of the activations of ops/activation.hpp.
#pragma once

#include "lepton/ops/activation.hpp"
#include "tests/op_cases/unary.hpp"

namespace lepton::op_cases {

inline OpCases pointwise_activation_cases() {
  static constexpr auto softplus_of = +[](double x) { return std::log1p(std::exp(x)); };
  static constexpr auto relu6_of = +[](double x) { return std::fmin(std::fmax(x, 0), 6); };
  const Input any = real({}, -3, 3), not_zero = away_from(0, {}, -3, 3);
  OpCases rows{
      unary_case(
          "selu", selu,
          +[](double x) { return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543773 * std::expm1(x)); },
          not_zero),
      unary_case(
          "mish", mish, +[](double x) { return x * std::tanh(softplus_of(x)); }, any),
      unary_case(
          "softsign", softsign, +[](double x) { return x / (1 + std::fabs(x)); }, not_zero),
      unary_case(
          "hardswish", hardswish, +[](double x) { return x * relu6_of(x + 3) / 6; },
          away_from(-3, {}, -5, 2.9)),
      unary_case(
          "hardswish_above", hardswish, +[](double x) { return x * relu6_of(x + 3) / 6; },
          away_from(3, {}, -2.9, 5), "hardswish"),
      unary_case(
          "hardsigmoid", hardsigmoid, +[](double x) { return relu6_of(x + 3) / 6; },
          away_from(3, {}, -2.9, 5)),
      unary_case(
          "hardsigmoid_below", hardsigmoid, +[](double x) { return relu6_of(x + 3) / 6; },
          away_from(-3, {}, -5, 2.9), "hardsigmoid"),
      unary_case(
          "logsigmoid", logsigmoid, +[](double x) { return -softplus_of(-x); }, any),
      unary_case(
          "celu", +[](const Tensor& x) { return celu(x); },
          +[](double x) { return x > 0 ? x : std::expm1(x); }, not_zero, "celu(Tensor)"),
      unary_case(
          "celu_alpha", +[](const Tensor& x) { return celu(x, 0.7); },
          +[](double x) { return x > 0 ? x : 0.7 * std::expm1(x / 0.7); }, not_zero, "celu(Tensor, double)"),
      unary_case(
          "hardtanh", +[](const Tensor& x) { return hardtanh(x); },
          +[](double x) { return std::fmax(std::fmin(x, 1), -1); }, away_from(1, {}, -0.9, 3),
          "hardtanh(Tensor)"),
      unary_case(
          "hardtanh_limits", +[](const Tensor& x) { return hardtanh(x, -0.5, 2.5); },
          +[](double x) { return std::fmax(std::fmin(x, 2.5), -0.5); }, away_from(-0.5, {}, -3, 2.4),
          "hardtanh(Tensor, double, double)"),
      unary_case(
          "hardshrink", +[](const Tensor& x) { return hardshrink(x, 0.7); },
          +[](double x) { return std::fabs(x) > 0.7 ? x : 0; }, away_from(0.7, {}, -0.6, 3)),
      unary_case(
          "hardshrink_below", +[](const Tensor& x) { return hardshrink(x); },
          +[](double x) { return std::fabs(x) > 0.5 ? x : 0; }, away_from(-0.5, {}, -3, 0.4), "hardshrink"),
      unary_case(
          "softshrink", +[](const Tensor& x) { return softshrink(x, 0.7); },
          +[](double x) { return std::fmax(std::fabs(x) - 0.7, 0) * (x > 0 ? 1 : -1); },
          away_from(0.7, {}, -0.6, 3)),
      unary_case(
          "softshrink_below", +[](const Tensor& x) { return softshrink(x); },
          +[](double x) { return std::fmin(x + 0.5, 0); }, away_from(-0.5, {}, -3, 0.4), "softshrink"),
      unary_case(
          "tanhshrink", tanhshrink, +[](double x) { return x - std::tanh(x); }, any),
      unary_case(
          "threshold", +[](const Tensor& x) { return threshold(x, -0.5, 2); },
          +[](double x) { return x > -0.5 ? x : 2; }, away_from(-0.5, {}, -3, 3)),
      unary_case(
          "softplus_beta", +[](const Tensor& x) { return softplus(x, 2.5, 5); },
          +[](double x) { return 2.5 * x > 5 ? x : softplus_of(2.5 * x) / 2.5; }, away_from(2, {}, -3, 3),
          "softplus(Tensor, double, double)"),
  };
  for (OpCase& row : rows)
    if (row.name == "softshrink")
      row.wrong.push_back(
          LEPTON_FAILS("[softshrink] lambda must be at least 0, got -1", softshrink(zeros({2}), -1)));
  return rows;
}

inline OpCases random_slope_cases() {
  const auto slopes = [](double below) {
    return
        [below](const Arrays& x) { return map(x[0], [below](double v) { return v >= 0 ? v : v * below; }); };
  };
  return {
      {.name = "rrelu",
       .op = "rrelu",
       .call = [](const Tensors& x) { return rrelu(x[0], {.lower = 0.1, .upper = 0.5}); },
       .reference = slopes(0.3),
       .inputs = {{away_from(0, {3, 4})}, {away_from(0, {})}},
       .wrong = {LEPTON_FAILS("[rrelu] slopes from 2", rrelu(zeros({2}), {.lower = 2, .upper = 1})),
                 LEPTON_FAILS("[rrelu] computes with f32 and f64, not i32",
                              rrelu(zeros({2}, {.dtype = i32}), {.training = true}))},
       .large = {away_from(0, {64, 3000})}},
      // In training, where there is one slope to draw: values and gradients must agree with what was drawn.
      {.name = "rrelu_training",
       .op = "rrelu",
       .call = [](const Tensors& x) { return rrelu(x[0], {.lower = 0.25, .upper = 0.25, .training = true}); },
       .reference = slopes(0.25),
       .inputs = {{away_from(0, {3, 4})}, {away_from(0, {0, 2})}}},
  };
}

inline OpCases composed_activation_cases() {
  return {
      {.name = "prelu",
       .op = "prelu",
       .call = [](const Tensors& x) { return prelu(x[0], x[1]); },
       .reference =
           [](const Arrays& x) {
             return generate(x[0].shape, [&](const Dims& at) {
               const std::int64_t channel = at.rank() > 1 ? at[1] : at.rank() > 0 ? at[0] : 0;
               const double v = x[0](at);
               return v > 0 ? v : v * x[1].values[x[1].values.size() > 1 ? std::size_t(channel) : 0];
             });
           },
       .inputs = {{away_from(0, {3, 4}), real({4})},
                  {away_from(0, {2, 3, 2, 2}), real({3})},
                  {away_from(0, {5}), real({1})},
                  {away_from(0, {}), real({1})}},
       .wrong = {LEPTON_FAILS("[prelu] weight [3] does not fit the channels of [3, 4]; it is [1] or [C]",
                              prelu(zeros({3, 4}), zeros({3}))),
                 LEPTON_FAILS("[prelu] computes with f32 and f64, not i32",
                              prelu(zeros({3, 4}, {.dtype = i32}), zeros({1})))},
       .large = {away_from(0, {64, 32, 100}), real({32})}},
      {.name = "glu",
       .op = "glu",
       .call = [](const Tensors& x) { return glu(x[0], x[0].rank() > 2 ? 1 : -1); },
       .reference =
           [](const Arrays& x) {
             Shape half = x[0].shape;
             const int axis = half.rank() > 2 ? 1 : half.rank() - 1;
             half[axis] /= 2;
             return generate(half, [&](Dims at) {
               const double a = x[0](at);
               at[axis] += half[axis];
               return a / (1 + std::exp(-x[0](at)));
             });
           },
       .inputs = {{real({3, 6})}, {real({8})}, {real({2, 4, 3})}, {real({0, 2})}},
       .wrong = {LEPTON_FAILS("[glu] axis 1 of [2, 3] is odd", glu(zeros({2, 3}))),
                 LEPTON_FAILS("[glu] a scalar has no halves", glu(zeros({}))),
                 LEPTON_FAILS("[glu] axis 2 is out of range for a tensor with 2 axes",
                              glu(zeros({2, 2}), 2))},
       .large = {real({64, 2000})}},
  };
}

}  // namespace lepton::op_cases
