// Rows of the losses of samples with several classes, and of two that belong to the margin losses.
#pragma once

#include "lepton/ops/multilabel_loss.hpp"
#include "tests/op_cases/margin_loss.hpp"

namespace lepton::op_cases {

/// The mean of multilabel_margin_loss over the rows of x, for targets that count up to their first -1.
inline double multilabel_margin_of(const Array& x, const Array& target) {
  const std::int64_t classes = x.size(1);
  double total = 0;
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    std::vector<bool> is_label(std::size_t(classes), false);
    std::vector<std::int64_t> labels;
    for (std::int64_t j = 0; j < classes && target({n, j}) >= 0; ++j) {
      labels.push_back(std::int64_t(target({n, j})));
      is_label[std::size_t(labels.back())] = true;
    }
    for (const std::int64_t label : labels)
      for (std::int64_t i = 0; i < classes; ++i)
        if (!is_label[std::size_t(i)]) total += std::max(0.0, 1 - x({n, label}) + x({n, i}));
  }
  return total / double(x.shape.numel());
}

inline OpCases multilabel_loss_cases() {
  const auto largest = [](const Tensor& a, const Tensor& b) { return max(abs(a - b), {-1}); };
  const auto largest_of_row = [](const std::vector<double>& a, const std::vector<double>& b) {
    double top = 0;
    for (std::size_t i = 0; i < a.size(); ++i) top = std::max(top, std::fabs(a[i] - b[i]));
    return top;
  };
  return {
      {.name = "multilabel_margin_loss",
       .op = "multilabel_margin_loss",
       // Between 0 and 0.5, so that no margin of 1 is reached; -1 from what is drawn as 0.
       .call = [](const Tensors& x) { return multilabel_margin_loss(x[0], x[1] - 1); },
       .reference =
           [](const Arrays& x) {
             return Array({}, multilabel_margin_of(x[0], map(x[1], [](double v) { return v - 1; })));
           },
       .inputs = {{real({4, 3}, 0, 0.5), index_below(4, {4, 3})},
                  {real({2, 5}, 0, 0.5), index_below(6, {2, 5})}},
       .wrong =
           {LEPTON_FAILS(
                "[multilabel_margin_loss] needs x [N, C] or [C] and targets of its shape, of type i64; got "
                "[4, 3] and [4] i64",
                multilabel_margin_loss(zeros({4, 3}), zeros({4}, {.dtype = i64}))),
            LEPTON_FAILS("[multilabel_margin_loss] needs x [N, C]",
                         multilabel_margin_loss(zeros({4, 3}), zeros({4, 3}))),
            LEPTON_FAILS("[gather] ",
                         multilabel_margin_loss(zeros({4, 3}), full({4, 3}, 3, {.dtype = i64})))},
       .large = {real({2000, 20}, 0, 0.5), index_below(21, {2000, 20})}},
      {.name = "multilabel_soft_margin_loss",
       .op = "multilabel_soft_margin_loss",
       .call = [](const Tensors& x) { return multilabel_soft_margin_loss(x[0], x[1], {.weight = x[2]}); },
       .reference =
           [](const Arrays& x) {
             double total = 0;
             for_each_index(x[0].shape, [&](const Dims& at) {
               const double v = x[0](at), t = x[1](at);
               total +=
                   stretched(x[2], at) * (t * std::log1p(std::exp(-v)) + (1 - t) * std::log1p(std::exp(v)));
             });
             return Array({}, total / double(x[0].shape.numel()));
           },
       .inputs = {{real({4, 3}), real({4, 3}, 0, 1), real({3}, 0.5, 2)},
                  {real({2, 3, 2}), real({2, 3, 2}, 0, 1), real({2}, 0.5, 2)}},
       .wrong = {LEPTON_FAILS("[multilabel_soft_margin_loss] a scalar has no classes",
                              multilabel_soft_margin_loss(zeros({}), zeros({}))),
                 LEPTON_FAILS("[multilabel_soft_margin_loss] input [4, 3] and target [3] differ in shape",
                              multilabel_soft_margin_loss(zeros({4, 3}), zeros({3})))},
       .large = {real({20000, 20}), real({20000, 20}, 0, 1), real({20}, 0.5, 2)}},
      {.name = "soft_margin_loss",
       .op = "soft_margin_loss",
       .call = [](const Tensors& x) { return soft_margin_loss(x[0], signs(x[1], x[0])); },
       .reference =
           [](const Arrays& x) {
             const Array y =
                 zip(x[0], x[1], [](double v, double t) { return std::log1p(std::exp((1 - 2 * t) * v)); });
             return Array({}, mean_of(y.values));
           },
       .inputs = {{real({4, 3}), flags({4, 3})}, {real({}), flags({})}},
       .wrong = {LEPTON_FAILS("[soft_margin_loss] input [4, 3] and target [3] differ in shape",
                              soft_margin_loss(zeros({4, 3}), zeros({3})))},
       .large = {real({2000, 100}), flags({2000, 100})}},
      {.name = "triplet_margin_with_distance_loss",
       .op = "triplet_margin_with_distance_loss",
       .call =
           [=](const Tensors& x) {
             return triplet_margin_with_distance_loss(x[0], x[1], x[2],
                                                      {.distance_function = largest, .margin = 20});
           },
       .reference =
           [=](const Arrays& x) {
             const Array y = zip(by_row(x[0], x[1], largest_of_row), by_row(x[0], x[2], largest_of_row),
                                 [](double near, double far) { return near - far + 20; });
             return Array({}, mean_of(y.values));
           },
       .inputs = {{distinct({4, 3}), distinct({4, 3}), distinct({4, 3})}},
       .wrong = {LEPTON_FAILS(
           "[triplet_margin_with_distance_loss] input [2, 4] and target [2, 3] differ in shape",
           triplet_margin_with_distance_loss(zeros({2, 4}), zeros({2, 4}), zeros({2, 3})))},
       .large = {real({3000, 100}), real({3000, 100}), real({3000, 100})}},
  };
}

}  // namespace lepton::op_cases
