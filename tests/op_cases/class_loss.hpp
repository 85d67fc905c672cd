// Rows of the losses of classes with their options.
#pragma once

#include "lepton/ops/cast.hpp"
#include "tests/op_cases/loss.hpp"

namespace lepton::op_cases {

/// log softmax(x)[c] over axis 1 of [N, C, ...], or the only axis, at a place of the target.
inline double log_share(const Array& x, Dims at, std::int64_t c) {
  const int axis = x.shape.rank() == 1 ? 0 : 1;
  at.insert(axis, 0);
  double sum = 0;
  for (std::int64_t k = 0; k < x.size(axis); ++k) {
    at[axis] = k;
    sum += std::exp(x(at));
  }
  at[axis] = c;
  return x(at) - std::log(sum);
}

/// -weight log_p[target], and the mean by the weights where `mean`; log_p(place, class).
template <class F>
Array class_losses(const Array& target, const Array* weight, double ignored, bool mean, F&& log_p) {
  double total = 0, weights = 0;
  const Array losses = generate(target.shape, [&](const Dims& at) {
    const double c = target(at);
    if (c == ignored) return 0.0;
    const double w = weight ? weight->values[std::size_t(c)] : 1;
    const double loss = -w * log_p(at, std::int64_t(c));
    total += loss;
    weights += w;
    return loss;
  });
  return mean ? Array({}, total / weights) : losses;
}

inline OpCases class_loss_cases() {
  const Tensor ids = zeros({2}, {.dtype = i64});
  return {
      {.name = "nll_loss",
       .op = "nll_loss",
       .call = [](const Tensors& x) { return nll_loss(x[0], x[1], {.weight = x[2], .ignore_index = 1}); },
       .reference =
           [](const Arrays& x) {
             return class_losses(x[1], &x[2], 1, true, [&](const Dims& at, std::int64_t c) {
               return x[0]({at[0], c});
             });
           },
       .inputs = {{real({4, 5}, -3, 0), index_below(5, {4}), real({5}, 0.5, 2)},
                  {real({7, 3}, -3, 0), index_below(3, {7}), real({3}, 0.5, 2)}},
       .wrong = {LEPTON_FAILS("[nll_loss] target [2] does not fit input [3, 4]; it is [3]",
                              nll_loss(zeros({3, 4}), ids)),
                 LEPTON_FAILS("[nll_loss] targets are class indices of type i64, not f32",
                              nll_loss(zeros({2, 4}), zeros({2}))),
                 LEPTON_FAILS("[nll_loss] target 4 of row 0 is outside [0, 4)",
                              nll_loss(zeros({2, 4}), full({2}, 4, {.dtype = i64}))),
                 LEPTON_FAILS("[nll_loss] weight is [3] f32, not [4] f32",
                              nll_loss(zeros({2, 4}), ids, {.weight = zeros({3})}))},
       .large = {real({20000, 20}, -3, 0), index_below(20, {20000}), real({20}, 0.5, 2)}},
      {.name = "cross_entropy_smooth",
       .op = "cross_entropy(Tensor, Tensor, CrossEntropyOptions)",
       .call =
           [](const Tensors& x) {
             return cross_entropy(x[0], x[1],
                                  {.weight = x[2], .label_smoothing = 0.2, .reduction = Reduction::none});
           },
       .reference =
           [](const Arrays& x) {
             const auto smooth = [&](const Dims& at, std::int64_t c) {
               double all =
                   0;  // over the classes, each by its weight; divided by the target's, which multiplies it
               const std::int64_t n = x[2].size(0);
               for (std::int64_t k = 0; k < n; ++k) all += x[2]({k}) * log_share(x[0], at, k);
               return 0.8 * log_share(x[0], at, c) + 0.2 * all / double(n) / x[2]({c});
             };
             return class_losses(x[1], &x[2], -100, false, smooth);
           },
       .inputs = {{real({4, 5}), index_below(5, {4}), real({5}, 0.5, 2)},
                  {real({2, 3, 2, 2}), index_below(3, {2, 2, 2}), real({3}, 0.5, 2)},
                  {real({4}), index_below(4, {}), real({4}, 0.5, 2)}},
       .wrong = {LEPTON_FAILS("[cross_entropy] target [2] does not fit input [3, 4]; it is [3]",
                              cross_entropy(zeros({3, 4}), ids, {.label_smoothing = 0.1})),
                 LEPTON_FAILS("[cross_entropy] label_smoothing must lie in [0, 1]",
                              cross_entropy(zeros({2, 4}), ids, {.label_smoothing = 2}))},
       .large = {real({20000, 20}), index_below(20, {20000}), real({20}, 0.5, 2)}},
      {.name = "cross_entropy_probabilities",
       .op = "cross_entropy(Tensor, Tensor, CrossEntropyOptions)",
       .call = [](const Tensors& x) { return cross_entropy(x[0], x[1], CrossEntropyOptions{}); },
       .reference =
           [](const Arrays& x) {
             double total = 0;
             const std::int64_t rows = x[0].size(0), classes = x[0].size(1);
             for (std::int64_t i = 0; i < rows; ++i)
               for (std::int64_t c = 0; c < classes; ++c) total -= x[1]({i, c}) * log_share(x[0], {i}, c);
             return Array({}, total / double(rows));
           },
       .inputs = {{real({4, 5}), real({4, 5}, 0, 1)}, {real({1, 3}), real({1, 3}, 0, 1)}},
       .wrong = {LEPTON_FAILS("[cross_entropy] input [2, 3] and target [2] differ in shape",
                              cross_entropy(zeros({2, 3}), zeros({2}), CrossEntropyOptions{}))},
       .large = {real({20000, 20}), real({20000, 20}, 0, 1)}},
      {.name = "bce_with_logits_weighted",
       .op = "binary_cross_entropy_with_logits(Tensor, Tensor, BceWithLogitsOptions)",
       .call =
           [](const Tensors& x) {
             return binary_cross_entropy_with_logits(
                 x[0], x[1], {.weight = x[2], .pos_weight = x[3], .reduction = Reduction::sum});
           },
       .reference =
           [](const Arrays& x) {
             double total = 0;
             for_each_index(x[0].shape, [&](const Dims& at) {
               const double p = 1 / (1 + std::exp(-x[0](at))), t = x[1](at);
               total -=
                   stretched(x[2], at) * (stretched(x[3], at) * t * std::log(p) + (1 - t) * std::log(1 - p));
             });
             return Array({}, total);
           },
       .inputs = {{real({3, 4}), real({3, 4}, 0, 1), real({3, 1}, 0, 2), real({4}, 0.5, 3)},
                  {real({5}), real({5}, 0, 1), real({5}, 0, 2), real({}, 0.5, 3)}},
       .wrong = {LEPTON_FAILS(
           "[binary_cross_entropy_with_logits] weight [4] f32 does not fit input [1] f32",
           binary_cross_entropy_with_logits(zeros({1}), zeros({1}), {.weight = zeros({4})}))},
       .large = {real({300, 1000}), real({300, 1000}, 0, 1), real({300, 1}, 0, 2), real({1000}, 0.5, 3)}},
      {.name = "bce_weighted",
       .op = "binary_cross_entropy(Tensor, Tensor, BceOptions)",
       .call =
           [](const Tensors& x) {
             return binary_cross_entropy(x[0], x[1], {.weight = x[2], .reduction = Reduction::none});
           },
       .reference =
           [](const Arrays& x) {
             return generate(x[0].shape, [&](const Dims& at) {
               const double p = x[0](at), t = x[1](at);
               return -stretched(x[2], at) * (t * std::log(p) + (1 - t) * std::log(1 - p));
             });
           },
       .inputs = {{real({3, 4}, 0.05, 0.95), real({3, 4}, 0, 1), real({4}, 0, 2)}},
       .wrong = {LEPTON_FAILS("[binary_cross_entropy] weight [4] f32 does not fit input [1] f32",
                              binary_cross_entropy(zeros({1}), zeros({1}), {.weight = zeros({4})}))},
       .large = {real({300, 1000}, 0.05, 0.95), real({300, 1000}, 0, 1), real({1000}, 0, 2)}},
  };
}

}  // namespace lepton::op_cases
