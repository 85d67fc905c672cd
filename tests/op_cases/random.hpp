// Rows of random tensors and dropout: element by element from the Philox stream. The harness sets the seed.
#pragma once

#include <algorithm>
#include <cmath>

#include "lepton/core/philox.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/random.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

/// What the default generator is seeded with before every call of a row.
constexpr std::uint64_t kRowSeed = 0x5eed'0000'0007;

inline std::uint32_t stream_word(std::int64_t i) {
  return philox(kRowSeed, std::uint64_t(i / 4)).word[i % 4];
}

/// Element i as f32 is made: from the upper 24 bits of a word.
inline double uniform_float(std::int64_t i) { return double(stream_word(i) >> 8) / 16777216.0; }
/// Element i as f64 is made: from all 32 bits, in the middle of their interval.
inline double uniform_double(std::int64_t i) { return (double(stream_word(i)) + 0.5) / 4294967296.0; }

/// Box & Muller 1958, on elements i & ~1 and i | 1.
inline double normal_float(std::int64_t i) {
  const double radius = std::sqrt(-2 * std::log(uniform_float(i & ~1) + 0x1p-24));
  const double angle = 6.28318530717958648 * uniform_float(i | 1);
  return radius * (i % 2 == 0 ? std::cos(angle) : std::sin(angle));
}
inline double normal_double(std::int64_t i) {
  const double radius = std::sqrt(-2 * std::log(uniform_double(i & ~1)));
  const double angle = 6.28318530717958648 * uniform_double(i | 1);
  return radius * (i % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

inline OpCases random_cases() {
  OpCases rows;
  const auto row = [&rows](std::string name, std::string op, const Shape& shape, auto call,
                           double (*element)(std::int64_t), double scale, double shift,
                           std::vector<Wrong> wrong) {
    rows.push_back({.name = std::move(name),
                    .op = std::move(op),
                    .call = [call, shape](const Tensors&) { return call(shape); },
                    .reference =
                        [=](const Arrays&) {
                          Array y(shape);
                          for (std::size_t i = 0; i < y.values.size(); ++i)
                            y.values[i] = shift + scale * element(std::int64_t(i));
                          return y;
                        },
                    .inputs = {{}},
                    .derivatives = 0,
                    .wrong = std::move(wrong)});
  };
  const auto refuses = [](auto call) { return std::vector<Wrong>{{"[", call}}; };
  const TensorOptions doubles{.dtype = f64}, integers{.dtype = i32};
  // Large enough to be cut into shards: there are no inputs to enlarge.
  row(
      "uniform", "uniform(Shape, double, double, TensorOptions)", {301, 1003},
      [](const Shape& s) { return uniform(s, -1, 3); }, uniform_float, 4, -1,
      refuses([=] { uniform({2}, 0, 1, integers); }));
  row(
      "uniform_generator", "uniform(Shape, double, double, Generator, TensorOptions)", {7, 3},
      [=](const Shape& s) { return uniform(s, -1, 3, default_generator(), doubles); }, uniform_double, 4, -1,
      refuses([=] { uniform({2}, 0, 1, default_generator(), integers); }));
  row(
      "rand", "rand", {5, 11}, [](const Shape& s) { return rand(s); }, uniform_float, 1, 0,
      refuses([=] { rand({2}, integers); }));
  row(
      "normal", "normal(Shape, double, double, TensorOptions)", {301, 1003},
      [](const Shape& s) { return normal(s, 2, 0.5); }, normal_float, 0.5, 2,
      refuses([=] { normal({2}, 0, 1, integers); }));
  row(
      "normal_generator", "normal(Shape, double, double, Generator, TensorOptions)", {9, 5},
      [=](const Shape& s) { return normal(s, 2, 0.5, default_generator(), doubles); }, normal_double, 0.5, 2,
      refuses([=] { normal({2}, 0, 1, default_generator(), integers); }));
  row(
      "randn", "randn", {13, 3}, [](const Shape& s) { return randn(s); }, normal_float, 1, 0,
      refuses([=] { randn({2}, integers); }));
  row("randn_empty", "randn", {0, 3}, [](const Shape& s) { return randn(s); }, normal_float, 1, 0, {});
  row("rand_scalar", "rand", {}, [](const Shape& s) { return rand(s); }, uniform_float, 1, 0, {});
  return rows;
}

/// 1, 0, 3, by operations, so that a captured step can make them: x (2.5 x - 3.5) + 1 at 0, 1, 2.
inline Tensor unequal_weights() {
  const Tensor x = arange(0, 3);
  return x * (2.5 * x - 3.5) + 1;
}

/// Made of uniform numbers; references draw the same ones.
inline OpCases distribution_cases() {
  const auto row = [](std::string name, std::string op, auto call, Array right, std::vector<Wrong> wrong) {
    return OpCase{.name = std::move(name),
                  .op = std::move(op),
                  .call = [call](const Tensors&) { return call(); },
                  .reference = [right](const Arrays&) { return right; },
                  .inputs = {{}},
                  .derivatives = 0,
                  .wrong = std::move(wrong)};
  };
  const auto drawn = [](const Shape& shape, auto element) {
    std::int64_t i = 0;
    return generate(shape, [&](const Dims&) { return element(i++); });
  };
  constexpr double pi = 3.14159265358979324;
  Array order({9});
  for (std::size_t i = 0; i < 9; ++i) order.values[i] = double(i);
  std::sort(order.values.begin(), order.values.end(), [](double a, double b) {
    return uniform_double(std::int64_t(a)) < uniform_double(std::int64_t(b));
  });
  // Shares of weights 1, 0, 3: a quarter and three quarters.
  const auto by_share = [](std::int64_t i) { return uniform_double(i) < 0.25 ? 0.0 : 2.0; };
  // Without replacement: largest of weight / exponential first.
  const double weights[] = {1, 0, 3};
  std::vector<double> two{0, 2};
  const auto clock = [&](double k) {
    return weights[int(k)] / -std::log1p(-uniform_double(std::int64_t(k)));
  };
  std::sort(two.begin(), two.end(), [&](double a, double b) { return clock(a) > clock(b); });
  return {
      row("exponential", "exponential",
          [] {
            return exponential({7, 5}, 2);
          },
          drawn({7, 5}, [](std::int64_t i) { return -std::log1p(-uniform_float(i)) / 2; }),
          {LEPTON_FAILS("[exponential] the rate must be positive, got 0", exponential({2}, 0))}),
      row("log_normal", "log_normal",
          [] {
            return log_normal({3, 4}, 0.5, 0.25);
          },
          drawn({3, 4}, [](std::int64_t i) { return std::exp(0.5 + 0.25 * normal_float(i)); }),
          {LEPTON_FAILS("[random] computes with f32 and f64", log_normal({2}, 0, 1, {.dtype = i32}))}),
      row("cauchy", "cauchy",
          [] {
            return cauchy({3, 4}, 1, 0.5, {.dtype = f64});
          },
          drawn({3, 4}, [=](std::int64_t i) { return 1 + 0.5 * std::tan(pi * (uniform_double(i) - 0.5)); }),
          {LEPTON_FAILS("[random] computes with f32 and f64", cauchy({2}, 0, 1, {.dtype = i32}))}),
      row("laplace", "laplace",
          [] {
            return laplace({3, 4}, 1, 0.5, {.dtype = f64});
          },
          drawn({3, 4},
                [](std::int64_t i) {
                  // The second twelve begin where the first end.
                  return 1 + 0.5 * (std::log1p(-uniform_double(i + 12)) - std::log1p(-uniform_double(i)));
                }),
          {LEPTON_FAILS("[random] computes with f32 and f64", laplace({2}, 0, 1, {.dtype = i32}))}),
      row("geometric", "geometric",
          [] {
            return geometric({3, 4}, 0.3);
          },
          drawn({3, 4},
                [](std::int64_t i) {
                  return std::floor(std::log1p(-uniform_float(i)) / std::log1p(-0.3)) + 1;
                }),
          {LEPTON_FAILS("[geometric] p must lie in (0, 1), got 1", geometric({2}, 1))}),
      row("truncated_normal", "truncated_normal",
          [] {
            return truncated_normal({3, 4}, 1, 2, 0, 4, {.dtype = f64});
          },
          drawn({3, 4},
                [](std::int64_t i) {
                  const double low = std::erf(-0.5 / std::sqrt(2.0)), high = std::erf(1.5 / std::sqrt(2.0));
                  const double share = low + (high - low) * uniform_double(i);
                  double below = 0, above = 4;  // by halving
                  for (int k = 0; k < 100; ++k) {
                    const double middle = (below + above) / 2;
                    (std::erf((middle - 1) / std::sqrt(8.0)) < share ? below : above) = middle;
                  }
                  return below;
                }),
          {LEPTON_FAILS("[truncated_normal] needs a positive deviation and low < high",
                        truncated_normal({2}, 0, 1, 1, 1))}),
      row("bernoulli", "bernoulli",
          [] {
            return bernoulli(full({7, 5}, 0.3));
          },
          drawn({7, 5}, [](std::int64_t i) { return double(uniform_float(i) < float(0.3)); }),
          {LEPTON_FAILS("[bernoulli] computes with f32 and f64, not i64",
                        bernoulli(zeros({2}, {.dtype = i64})))}),
      row("randint", "randint",
          [] {
            return randint(-3, 8, {6, 7});
          },
          drawn({6, 7}, [](std::int64_t i) { return std::floor(uniform_double(i) * 11) - 3; }),
          {LEPTON_FAILS("[randint] needs low < high, at most 2^32 apart, got 3 and 3", randint(3, 3, {2}))}),
      row("randperm", "randperm", [] { return randperm(9); }, order,
          {LEPTON_FAILS("[randperm] of -1 numbers", randperm(-1))}),
      row("multinomial_none", "multinomial", [] { return multinomial(ones({3}), 0); }, Array({0}),
          {LEPTON_FAILS("[multinomial] 4 of 3 places without replacement", multinomial(ones({3}), 4)),
           LEPTON_FAILS("[multinomial] needs weights [..., C], got []", multinomial(ones({}), 1))}),
      row("multinomial_replaced", "multinomial", [] { return multinomial(unequal_weights(), 8, true); },
          drawn({8}, by_share), {}),
      row("multinomial_once", "multinomial", [] { return multinomial(unequal_weights(), 2); },
          Array({2}, two), {}),
  };
}

inline OpCases dropout_cases() {
  const auto row = [](std::string name, std::string op, auto call, double p) {
    return OpCase{.name = std::move(name),
                  .op = std::move(op),
                  .call = [call, p](const Tensors& x) { return call(x[0], p); },
                  .reference =
                      [p](Arrays x) {
                        const auto keep_below = std::uint32_t(std::lround((1 - p) * 65536));
                        for (std::size_t i = 0; i < x[0].values.size(); ++i) {
                          const bool kept = philox_half(philox(kRowSeed, i / 8), int(i % 8)) < keep_below;
                          x[0].values[i] = kept ? x[0].values[i] * 65536 / keep_below : 0;
                        }
                        return x[0];
                      },
                  .inputs = {{real({6, 7})}, {real({301})}, {real({})}, {real({0, 4})}},
                  .wrong = {LEPTON_FAILS("[dropout] p must lie in [0, 1], got 1.5", call(zeros({2}), 1.5)),
                            LEPTON_FAILS("[dropout] p must lie in [0, 1], got -0.1", call(zeros({2}), -0.1)),
                            LEPTON_FAILS("[dropout] computes with f32 and f64, not i32",
                                         call(zeros({2}, {.dtype = i32}), 0.5))},
                  .large = {real({256, 1021})}};
  };
  const auto plain = [](const Tensor& x, double p) { return dropout(x, p); };
  const auto given = [](const Tensor& x, double p) { return dropout(x, p, default_generator()); };
  return {
      row("dropout", "dropout(Tensor, double)", plain, 0.3),
      row("dropout_none", "dropout(Tensor, double)", plain, 0),
      row("dropout_all", "dropout(Tensor, double)", plain, 1),
      row("dropout_generator", "dropout(Tensor, double, Generator)", given, 0.75),
  };
}

}  // namespace lepton::op_cases
