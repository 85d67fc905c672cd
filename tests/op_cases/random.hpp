// Rows of random tensors and dropout: element by element from the Philox stream. The harness sets the seed.
#pragma once

#include <cmath>

#include "lepton/core/philox.hpp"
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
