// Rows of distances and of the losses with a margin.
#pragma once

#include "lepton/ops/distance.hpp"
#include "lepton/ops/margin_loss.hpp"
#include "tests/op_cases/regression_loss.hpp"

namespace lepton::op_cases {

/// -1 and 1 from what is drawn as flags, of the type of `like`.
inline Tensor signs(const Tensor& flag, const Tensor& like) { return 2 * cast(flag, like.dtype()) - 1; }

/// f(row of a, row of b) for the rows of two matrices.
template <class F> Array by_row(const Array& a, const Array& b, F&& f) {
  const std::size_t n = std::size_t(a.size(1));
  return generate({a.size(0)}, [&](const Dims& at) {
    const std::size_t first = std::size_t(at[0]) * n;
    return f(std::vector<double>(&a.values[first], &a.values[first] + n),
             std::vector<double>(&b.values[first], &b.values[first] + n));
  });
}
inline double cosine_of(const std::vector<double>& a, const std::vector<double>& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) ab += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
  return ab / std::sqrt(aa * bb);
}
inline double distance_of(const std::vector<double>& a, const std::vector<double>& b, double p) {
  double total = 0;
  for (std::size_t i = 0; i < a.size(); ++i) total += std::pow(std::fabs(a[i] - b[i] + 1e-6), p);
  return std::pow(total, 1 / p);
}

inline OpCases distance_cases() {
  OpCases rows{
      {.name = "cosine_similarity",
       .op = "cosine_similarity",
       .call = [](const Tensors& x) { return cosine_similarity(x[0], x[1]); },
       .reference = [](const Arrays& x) { return by_row(x[0], x[1], cosine_of); },
       .inputs = {{real({3, 4}), real({3, 4})}, {real({1, 5}), real({1, 5})}},
       .wrong = {LEPTON_FAILS("[cosine_similarity] scalars have no axis",
                              cosine_similarity(zeros({}), zeros({}))),
                 LEPTON_FAILS("[cosine_similarity] shapes do not broadcast: [2] and [3]",
                              cosine_similarity(zeros({2}), zeros({3})))},
       .large = {real({3000, 100}), real({3000, 100})}},
  };
  for (const double p : {1.0, 2.0, 3.0})
    rows.push_back({.name = "pairwise_distance_" + std::to_string(int(p)),
                    .op = "pairwise_distance",
                    .call = [p](const Tensors& x) { return pairwise_distance(x[0], x[1], {.p = p}); },
                    .reference =
                        [p](const Arrays& x) {
                          return by_row(x[0], x[1],
                                        [p](const auto& a, const auto& b) { return distance_of(a, b, p); });
                        },
                    .inputs = {two_distinct({3, 4}), two_distinct({1, 5})}});
  rows.back().wrong = {LEPTON_FAILS("[pairwise_distance] needs [..., D], got scalars",
                                    pairwise_distance(zeros({}), zeros({}))),
                       LEPTON_FAILS("[pairwise_distance] p must be positive",
                                    pairwise_distance(zeros({2}), zeros({2}), {.p = 0}))};
  return rows;
}

/// Every row against every row, and parts that are shortened.
inline OpCases length_cases() {
  const auto lengths = [](const Array& x, std::int64_t i) {
    double total = 0;
    for (std::int64_t k = 0; k < x.size(1); ++k) total += x({i, k}) * x({i, k});
    return std::sqrt(total);
  };
  const Tensor matrix = zeros({2, 3});
  return {{.name = "cdist",
           .op = "cdist",
           .call = [](const Tensors& x) { return cdist(x[0], x[1], 3); },
           .reference =
               [](const Arrays& x) {
                 return generate({x[0].size(0), x[1].size(0)}, [&](const Dims& at) {
                   double total = 0;
                   for (std::int64_t k = 0; k < x[0].size(1); ++k)
                     total += std::pow(std::fabs(x[0]({at[0], k}) - x[1]({at[1], k})), 3);
                   return std::cbrt(total);
                 });
               },
           .inputs = {two_distinct({3, 4}), two_distinct({1, 5})},
           .wrong = {LEPTON_FAILS("[cdist] needs [..., m, D] and [..., n, D], got [2, 3] and [3]",
                                  cdist(matrix, zeros({3}))),
                     LEPTON_FAILS("[cdist] p must not be negative", cdist(matrix, matrix, -1))}},
          {.name = "renorm",
           .op = "renorm",
           .call = [](const Tensors& x) { return renorm(x[0], 2, 0, 2.5); },
           .reference =
               [lengths](const Arrays& x) {
                 return generate(x[0].shape, [&](const Dims& at) {
                   const double length = lengths(x[0], at[0]);
                   return x[0](at) * (length > 2.5 ? 2.5 / (length + 1e-7) : 1);
                 });
               },
           .inputs = {{real({4, 3})}, {real({3, 5})}},
           .wrong = {LEPTON_FAILS("[renorm] a scalar has no axes", renorm(zeros({}), 2, 0, 1)),
                     LEPTON_FAILS("[renorm] needs a positive p", renorm(matrix, 0, 0, 1))}}};
}

inline OpCases margin_loss_cases() {
  return {
      {.name = "hinge_loss",
       .op = "hinge_loss",
       .call = [](const Tensors& x) { return hinge_loss(x[0], signs(x[1], x[0]), Reduction::none); },
       .reference =
           [](const Arrays& x) {
             return zip(x[0], x[1], [](double v, double t) { return std::fmax(0, 1 - (2 * t - 1) * v); });
           },
       .inputs = {{real({3, 4}, -0.9, 0.9), flags({3, 4})}, {real({5}, 1.1, 3), flags({5})}},
       .wrong = {LEPTON_FAILS("[hinge_loss] input [2] and target [3] differ in shape",
                              hinge_loss(zeros({2}), zeros({3})))},
       .large = {real({300, 1000}, -0.9, 0.9), flags({300, 1000})}},
      {.name = "hinge_embedding_loss",
       .op = "hinge_embedding_loss",
       .call =
           [](const Tensors& x) { return hinge_embedding_loss(x[0], signs(x[1], x[0]), {.margin = 1.5}); },
       .reference =
           [](const Arrays& x) {
             const Array y =
                 zip(x[0], x[1], [](double v, double t) { return t > 0 ? v : std::fmax(0, 1.5 - v); });
             return Array({}, mean_of(y.values));
           },
       .inputs = {{away_from(1.5, {3, 4}, 0, 3), flags({3, 4})}, {away_from(1.5, {}, 0, 3), flags({})}},
       .wrong = {LEPTON_FAILS("[hinge_embedding_loss] input [2] and target [3] differ in shape",
                              hinge_embedding_loss(zeros({2}), zeros({3})))},
       .large = {real({300, 1000}, 0, 1.4), flags({300, 1000})}},
      {.name = "cosine_embedding_loss",
       .op = "cosine_embedding_loss",
       .call =
           [](const Tensors& x) {
             return cosine_embedding_loss(x[0], x[1], signs(x[2], x[0]), {.margin = -1});
           },
       .reference =
           [](const Arrays& x) {
             const Array y = zip(by_row(x[0], x[1], cosine_of), x[2],
                                 [](double cosine, double t) { return t > 0 ? 1 - cosine : cosine + 1; });
             return Array({}, mean_of(y.values));
           },
       .inputs = {{real({4, 3}), real({4, 3}), flags({4})}},
       .wrong = {LEPTON_FAILS("[cosine_embedding_loss] target [3] does not fit input [2, 4]",
                              cosine_embedding_loss(zeros({2, 4}), zeros({2, 4}), zeros({3})))},
       .large = {real({3000, 100}), real({3000, 100}), flags({3000})}},
      {.name = "margin_ranking_loss",
       .op = "margin_ranking_loss",
       .call =
           [](const Tensors& x) {
             return margin_ranking_loss(x[0], x[1], signs(x[2], x[0]),
                                        {.margin = 0.5005, .reduction = Reduction::none});
           },
       .reference =
           [](const Arrays& x) {
             return generate(x[0].shape, [&](const Dims& at) {
               return std::fmax(0, 0.5005 - (2 * x[2](at) - 1) * (x[0](at) - x[1](at)));
             });
           },
       .inputs = {{distinct({3, 4}), distinct({3, 4}), flags({3, 4})}},
       .wrong = {LEPTON_FAILS(
           "[margin_ranking_loss] target [3] f32 does not fit input [2, 3] f64",
           margin_ranking_loss(zeros({2, 3}, {.dtype = f64}), zeros({2, 3}, {.dtype = f64}), zeros({3})))}},
      {.name = "triplet_margin_loss",
       .op = "triplet_margin_loss",
       .call = [](const Tensors& x) { return triplet_margin_loss(x[0], x[1], x[2], {.margin = 20}); },
       .reference =
           [](const Arrays& x) {
             const auto two = [](const auto& a, const auto& b) { return distance_of(a, b, 2); };
             const Array y = zip(by_row(x[0], x[1], two), by_row(x[0], x[2], two),
                                 [](double near, double far) { return near - far + 20; });
             return Array({}, mean_of(y.values));
           },
       .inputs = {{real({4, 3}), real({4, 3}), real({4, 3})}},
       .wrong = {LEPTON_FAILS("[triplet_margin_loss] input [2, 4] and target [2, 3] differ in shape",
                              triplet_margin_loss(zeros({2, 4}), zeros({2, 4}), zeros({2, 3})))},
       .large = {real({3000, 100}), real({3000, 100}), real({3000, 100})}},
      {.name = "multi_margin_loss",
       .op = "multi_margin_loss",
       .call =
           [](const Tensors& x) {
             return multi_margin_loss(x[0], x[1], {.p = 2, .margin = 5, .weight = x[2]});
           },
       .reference =
           [](const Arrays& x) {
             double total = 0;
             for_each_index(x[0].shape, [&](const Dims& at) {
               const std::int64_t c = std::int64_t(x[1]({at[0]}));
               const double d = 5 - x[0]({at[0], c}) + x[0](at);
               if (at[1] != c) total += x[2]({c}) * d * d;
             });
             return Array({}, total / double(x[0].shape.numel()));
           },
       .inputs = {{real({4, 3}), index_below(3, {4}), real({3}, 0.5, 2)}},
       .wrong = {LEPTON_FAILS(
                     "[multi_margin_loss] needs x [N, C] and targets [N] of type i64, got [4, 3] and [3] i64",
                     multi_margin_loss(zeros({4, 3}), zeros({3}, {.dtype = i64}))),
                 LEPTON_FAILS("[multi_margin_loss] target -1 of row 0 is outside [0, 3)",
                              multi_margin_loss(zeros({4, 3}), full({4}, -1, {.dtype = i64})))},
       .large = {real({20000, 20}), index_below(20, {20000}), real({20}, 0.5, 2)}},
  };
}

}  // namespace lepton::op_cases
