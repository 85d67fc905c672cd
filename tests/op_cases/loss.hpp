// Rows of the losses.
#pragma once

#include <cmath>

#include "lepton/ops/loss.hpp"
#include "tests/op_cases/binary.hpp"

namespace lepton::op_cases {

/// A row for the mean of f(x, target) over elements, with `draw` giving both.
inline OpCase pair_loss(const std::string& name, TwoTensors call, TwoNumbers value,
                        Inputs (*draw)(const Shape&), const std::string& op = "") {
  return {.name = name,
          .op = op.empty() ? name : op,
          .call = [call](const Tensors& x) { return call(x[0], x[1]); },
          .reference =
              [value](const Arrays& x) {
                return fold(zip(x[0], x[1], value), {}, false, [](auto& v) { return mean_of(v); });
              },
          .inputs = {draw({3, 4}), draw({5}), draw({}), draw({2, 3, 2})},
          .wrong = {LEPTON_FAILS("[" + name + "] input [2, 3] and target [3] differ in shape",
                                 call(zeros({2, 3}), zeros({3}))),
                    LEPTON_FAILS("[" + name + "] input is f32, target f64",
                                 call(zeros({2}), zeros({2}, {.dtype = f64}))),
                    LEPTON_FAILS("[" + name + "] computes with f32 and f64, not i32",
                                 call(zeros({2}, {.dtype = i32}), zeros({2}, {.dtype = i32})))},
          .large = draw({256, 1021})};
}

inline OpCases loss_cases() {
  return {
      {.name = "cross_entropy",
       .op = "cross_entropy(Tensor, Tensor)",
       .call = [](const Tensors& x) { return cross_entropy(x[0], x[1]); },
       .reference =
           [](const Arrays& x) {
             const std::int64_t n = x[0].size(0), classes = x[0].size(1);
             double total = 0;
             for (std::int64_t i = 0; i < n; ++i) {
               double sum = 0;
               for (std::int64_t c = 0; c < classes; ++c) sum += std::exp(x[0]({i, c}));
               total += std::log(sum) - x[0]({i, std::int64_t(x[1]({i}))});
             }
             return Array({}, total / double(n));
           },
       .inputs = {{real({4, 5}), index_below(5, {4})},
                  {real({1, 3}), index_below(3, {1})},
                  {real({3, 1}), index_below(1, {3})}},
       .wrong = {LEPTON_FAILS("[cross_entropy] needs logits [N, C] and targets [N], got [4, 5] and [3]",
                              cross_entropy(zeros({4, 5}), zeros({3}, {.dtype = i64}))),
                 LEPTON_FAILS("[cross_entropy] targets are class indices of type i64, not f32",
                              cross_entropy(zeros({4, 5}), zeros({4}))),
                 LEPTON_FAILS("[cross_entropy] ", cross_entropy(zeros({2, 3}), full({2}, 3, {.dtype = i64}))),
                 LEPTON_FAILS("[cross_entropy] ",
                              cross_entropy(zeros({2, 3}), full({2}, -1, {.dtype = i64}))),
                 LEPTON_FAILS("[cross_entropy] an empty batch has no mean: [0, 3]",
                              cross_entropy(zeros({0, 3}), zeros({0}, {.dtype = i64})))},
       .large = {real({4096, 100}), index_below(100, {4096})}},
      pair_loss(
          "binary_cross_entropy_with_logits",
          +[](const Tensor& x, const Tensor& t) { return binary_cross_entropy_with_logits(x, t); },
          +[](double x, double t) {
            const double p = 1 / (1 + std::exp(-x));
            return -t * std::log(p) - (1 - t) * std::log(1 - p);
          },
          +[](const Shape& s) {
            return Inputs{real(s, -3, 3), real(s, 0, 1)};
          },
          "binary_cross_entropy_with_logits(Tensor, Tensor)"),
      pair_loss(
          "binary_cross_entropy",
          +[](const Tensor& x, const Tensor& t) { return binary_cross_entropy(x, t); },
          +[](double p, double t) { return -t * std::log(p) - (1 - t) * std::log(1 - p); },
          +[](const Shape& s) {
            return Inputs{real(s, 0.05, 0.95), real(s, 0, 1)};
          },
          "binary_cross_entropy(Tensor, Tensor)"),
      pair_loss(
          "mse_loss", +[](const Tensor& x, const Tensor& t) { return mse_loss(x, t); },
          +[](double x, double t) { return (x - t) * (x - t); },
          +[](const Shape& s) {
            return Inputs{real(s), real(s)};
          },
          "mse_loss(Tensor, Tensor)"),
      pair_loss(
          "l1_loss", +[](const Tensor& x, const Tensor& t) { return l1_loss(x, t); },
          +[](double x, double t) { return std::fabs(x - t); },
          +[](const Shape& s) {
            return Inputs{distinct(s), distinct(s)};
          },
          "l1_loss(Tensor, Tensor)"),
  };
}

}  // namespace lepton::op_cases
