// Rows of ops/maths.hpp: elementary functions of one tensor, and of several.
#pragma once

#include "lepton/ops/maths.hpp"
#include "tests/op_cases/binary.hpp"
#include "tests/op_cases/unary.hpp"

namespace lepton::op_cases {

#define LEPTON_MATHS_ROW(NAME, INPUT) \
  unary_case(                         \
      #NAME, +[](const Tensor& x) { return NAME(x); }, +[](double x) { return std::NAME(x); }, INPUT)

inline OpCases maths_cases() {
  const Input any = real({}, -3, 3), positive = real({}, 0.3, 3), fraction = real({}, -0.45, 0.9);
  OpCases rows{
      LEPTON_MATHS_ROW(floor, real({}, 1.1, 1.9)),
      LEPTON_MATHS_ROW(ceil, real({}, -0.9, -0.1)),
      LEPTON_MATHS_ROW(trunc, real({}, -0.9, 0.9)),
      LEPTON_MATHS_ROW(expm1, any),
      LEPTON_MATHS_ROW(log2, positive),
      LEPTON_MATHS_ROW(log10, positive),
      LEPTON_MATHS_ROW(tan, real({}, -1.2, 1.2)),
      LEPTON_MATHS_ROW(asin, fraction),
      LEPTON_MATHS_ROW(acos, fraction),
      LEPTON_MATHS_ROW(atan, any),
      LEPTON_MATHS_ROW(sinh, any),
      LEPTON_MATHS_ROW(cosh, any),
      LEPTON_MATHS_ROW(asinh, away_from(0, {}, -3, 3)),
      LEPTON_MATHS_ROW(acosh, real({}, 1.51, 4)),
      LEPTON_MATHS_ROW(atanh, real({}, -0.45, 0.45)),
      unary_case(
          "round", +[](const Tensor& x) { return round(x); }, +[](double x) { return std::nearbyint(x); },
          away_from(1.5, {}, 0.6, 2.4)),
      unary_case(
          "sign", sign, +[](double x) { return double((x > 0) - (x < 0)); }, away_from(0, {})),
      unary_case(
          "frac", frac, +[](double x) { return x - std::trunc(x); }, real({}, -0.9, 0.9)),
      unary_case(
          "rsqrt", rsqrt, +[](double x) { return 1 / std::sqrt(x); }, real({}, 0.6, 3)),
  };
  return rows;
}
#undef LEPTON_MATHS_ROW

/// erf's inverse, by halving.
inline double erfinv_of(double y) {
  double low = -6, high = 6;
  for (int i = 0; i < 100; ++i) (std::erf((low + high) / 2) < y ? low : high) = (low + high) / 2;
  return (low + high) / 2;
}
/// lgamma's derivative by Richardson's extrapolation of central differences.
inline double digamma_of(double x) {
  const auto slope = [x](double h) { return (std::lgamma(x + h) - std::lgamma(x - h)) / (2 * h); };
  const auto better = [&](double h) { return (4 * slope(h / 2) - slope(h)) / 3; };
  return (16 * better(0.005) - better(0.01)) / 15;
}

inline OpCases special_cases() {
  static constexpr double pi = 3.14159265358979324;
  OpCases rows{
      unary_case("erfinv", erfinv, erfinv_of, real({}, -0.45, 0.95)),
      unary_case(
          "lgamma", lgamma, +[](double x) { return std::lgamma(x); }, real({}, 0.6, 12)),
      unary_case(
          "lgamma_below", lgamma, +[](double x) { return std::lgamma(x); }, real({}, -1.9, -1.1), "lgamma"),
      unary_case("digamma", digamma, digamma_of, real({}, 0.6, 12)),
      unary_case("digamma_below", digamma, digamma_of, real({}, -1.8, -1.2), "digamma"),
      unary_case(
          "sinc", sinc, +[](double x) { return std::sin(pi * x) / (pi * x); }, real({}, 0.6, 2.4)),
      unary_case(
          "logit", +[](const Tensor& x) { return logit(x); }, +[](double x) { return std::log(x / (1 - x)); },
          real({}, 0.1, 0.9)),
      unary_case(
          "logit_limited", +[](const Tensor& x) { return logit(x, 0.25); },
          +[](double x) { return std::log(std::clamp(x, 0.25, 0.75) / (1 - std::clamp(x, 0.25, 0.75))); },
          real({}, 0.26, 0.9), "logit"),
      unary_case(
          "deg2rad", deg2rad, +[](double x) { return x * pi / 180; }, real({}, -200, 200)),
      unary_case(
          "rad2deg", rad2deg, +[](double x) { return x * 180 / pi; }, real({}, -3, 3)),
      unary_case(
          "clamp_min", +[](const Tensor& x) { return clamp_min(x, 0.5); },
          +[](double x) { return std::fmax(x, 0.5); }, away_from(0.5, {})),
      unary_case(
          "clamp_max", +[](const Tensor& x) { return clamp_max(x, 0.5); },
          +[](double x) { return std::fmin(x, 0.5); }, away_from(0.5, {})),
      binary_case(
          "xlogy", "xlogy", +[](const Tensor& a, const Tensor& b) { return xlogy(a, b); },
          +[](double a, double b) { return a == 0 ? 0 : a * std::log(b); }, real({}, 0.4, 3)),
      binary_case(
          "heaviside", "heaviside", +[](const Tensor& a, const Tensor& b) { return heaviside(a, b); },
          +[](double a, double b) { return a == 0 ? b : double(a > 0); }),
  };
  rows[12].wrong = {LEPTON_FAILS("[", xlogy(zeros({2, 3}), zeros({2, 4})))};
  rows[13].wrong = {LEPTON_FAILS("[", heaviside(zeros({2, 3}), zeros({2, 4})))};
  rows[13].derivatives = 0;
  for (OpCase& row : rows) {
    row.f32_tolerance = 2e-5;
    row.dtypes = {};
  }
  return rows;
}

inline OpCases two_tensor_maths_cases() {
  const Input positive = real({}, 0.4, 2), apart = away_from(0, {}, 0.6, 2);
  OpCases rows{
      binary_case(
          "pow_tensors", "pow(Tensor, Tensor)",
          +[](const Tensor& a, const Tensor& b) { return pow(abs(a) + 0.5, b); },
          +[](double a, double b) { return std::pow(std::fabs(a) + 0.5, b); }, positive),
      binary_case(
          "atan2", "atan2", +[](const Tensor& a, const Tensor& b) { return atan2(a, b); },
          +[](double a, double b) { return std::atan2(a, b); }, apart),
      binary_case(
          "hypot", "hypot", +[](const Tensor& a, const Tensor& b) { return hypot(a, b); },
          +[](double a, double b) { return std::hypot(a, b); }, apart),
      binary_case(
          "logaddexp", "logaddexp", +[](const Tensor& a, const Tensor& b) { return logaddexp(a, b); },
          +[](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }, distinct({})),
      // Shifted, so that no quotient comes near a whole number.
      binary_case(
          "fmod", "fmod(Tensor, Tensor)",
          +[](const Tensor& a, const Tensor& b) { return fmod(a * 0.25 + 8.5, b * 0.01 + 2); },
          +[](double a, double b) { return std::fmod(a * 0.25 + 8.5, b * 0.01 + 2); }, positive),
      binary_case(
          "remainder", "remainder(Tensor, Tensor)",
          +[](const Tensor& a, const Tensor& b) { return remainder(a * 0.25 - 8.5, b * 0.01 + 2); },
          +[](double a, double b) {
            const double p = a * 0.25 - 8.5, q = b * 0.01 + 2;
            return p - q * std::floor(p / q);
          },
          positive),
  };
  for (OpCase& row : rows) {
    const auto call = row.call;
    row.wrong = {LEPTON_FAILS("[", call({zeros({2, 3}), zeros({2, 4})})),
                 LEPTON_FAILS("[tensor] is undefined", call({Tensor(), zeros({2})}))};
    if (row.name == "fmod" || row.name == "remainder") row.dtypes = kIntegers;  // halves are too coarse
  }
  rows.push_back(number_case(
      "fmod_number", "fmod(Tensor, double)", +[](const Tensor& x) { return fmod(x * 0.2, 3); },
      +[](double x) { return std::fmod(x * 0.2, 3); }));
  rows.push_back(number_case(
      "remainder_number", "remainder(Tensor, double)",
      +[](const Tensor& x) { return remainder(x * 0.2 - 1, 3); }, +[](double x) { return x * 0.2 + 2; }));
  return rows;
}

/// Of three tensors, and a number among them.
inline OpCases mixing_cases() {
  using Value = double (*)(double, double, double);
  const auto row = [](std::string name, std::string op, Tensor (*call)(const Tensors&), Value value,
                      const Input& third = {}) {
    const auto drawn = [third](const Shape& a, const Shape& b, const Shape& c) {
      Input last = third;
      last.shape = c;
      return Inputs{real(a), real(b), last};
    };
    return OpCase{.name = std::move(name),
                  .op = std::move(op),
                  .call = call,
                  .reference =
                      [value](const Arrays& x) {
                        const Array pair = zip(x[0], x[1], [](double, double) { return 0.0; });
                        const Array all = zip(pair, x[2], [](double, double) { return 0.0; });
                        return generate(all.shape, [&](const Dims& at) {
                          return value(stretched(x[0], at), stretched(x[1], at), stretched(x[2], at));
                        });
                      },
                  .inputs = {drawn({3, 4}, {3, 4}, {3, 4}), drawn({3, 4}, {4}, {3, 1}), drawn({}, {}, {}),
                             drawn({0, 2}, {2}, {})},
                  .wrong = {LEPTON_FAILS("[", call({zeros({2}), zeros({3}), zeros({3})}))},
                  .large = drawn({256, 1021}, {1021}, {1021}),
                  .dtypes = {f16, bf16}};
  };
  return {
      row(
          "lerp", "lerp(Tensor, Tensor, Tensor)", +[](const Tensors& x) { return lerp(x[0], x[1], x[2]); },
          +[](double a, double b, double w) { return a + w * (b - a); }),
      row(
          "lerp_number", "lerp(Tensor, Tensor, double)",
          +[](const Tensors& x) { return lerp(x[0], x[1], 0.3) + 0 * x[2]; },
          +[](double a, double b, double) { return a + 0.3 * (b - a); }),
      row(
          "addcmul", "addcmul", +[](const Tensors& x) { return addcmul(x[0], x[1], x[2], -2); },
          +[](double x, double a, double b) { return x - 2 * a * b; }),
      row(
          "addcdiv", "addcdiv", +[](const Tensors& x) { return addcdiv(x[0], x[1], x[2], 0.5); },
          +[](double x, double a, double b) { return x + 0.5 * a / b; }, away_from(0, {}, 0.5, 2)),
      row(
          "clamp_tensors", "clamp(Tensor, Tensor, Tensor)",
          +[](const Tensors& x) { return clamp(x[0], x[1] * 0.1 - 0.9, x[2]); },
          +[](double x, double a, double b) { return std::fmin(std::fmax(x, a * 0.1 - 0.9), b); },
          real({}, 0.5, 1)),
  };
}

}  // namespace lepton::op_cases
