// Rows of the losses of numbers and distributions, and of penalties.
#pragma once

#include "lepton/ops/reduce.hpp"
#include "lepton/ops/regression_loss.hpp"
#include "tests/op_cases/loss.hpp"

namespace lepton::op_cases {

/// Both drawn as different numbers, whose differences are not those at which a loss has a kink.
inline Inputs two_distinct(const Shape& s) { return {distinct(s), distinct(s)}; }

inline OpCases regression_loss_cases() {
  static constexpr auto square_of = +[](double x, double t) { return (x - t) * (x - t); };
  static constexpr auto huber_of = [](double d, double delta) {
    return d <= delta ? d * d / 2 : delta * (d - delta / 2);
  };
  OpCases rows{
      pair_loss(
          "mse_loss_sum",
          +[](const Tensor& x, const Tensor& t) { return mse_loss(x, t, Reduction::sum) / 1.0; }, square_of,
          +[](const Shape& s) {
            return Inputs{real(s), real(s)};
          }),
      pair_loss(
          "l1_loss_none",
          +[](const Tensor& x, const Tensor& t) { return mean(l1_loss(x, t, Reduction::none)); },
          +[](double x, double t) { return std::fabs(x - t); }, two_distinct),
      pair_loss(
          "huber_loss", +[](const Tensor& x, const Tensor& t) { return huber_loss(x, t, {.delta = 0.7005}); },
          +[](double x, double t) { return huber_of(std::fabs(x - t), 0.7005); }, two_distinct),
      pair_loss(
          "smooth_l1_loss",
          +[](const Tensor& x, const Tensor& t) { return smooth_l1_loss(x, t, {.beta = 0.5005}); },
          +[](double x, double t) { return huber_of(std::fabs(x - t), 0.5005) / 0.5005; }, two_distinct),
      pair_loss(
          "poisson_nll_loss", +[](const Tensor& x, const Tensor& t) { return poisson_nll_loss(x, t); },
          +[](double x, double t) { return std::exp(x) - t * x; },
          +[](const Shape& s) {
            return Inputs{real(s), real(s, 0, 4)};
          }),
      pair_loss(
          "poisson_nll_loss_full",
          +[](const Tensor& x, const Tensor& t) {
            return poisson_nll_loss(x, t, {.log_input = false, .full = true});
          },
          +[](double x, double t) {
            const double stirling = t * std::log(t) - t + 0.5 * std::log(2 * 3.14159265358979324 * t);
            return x - t * std::log(x + 1e-8) + (t > 1 ? stirling : 0);
          },
          +[](const Shape& s) {
            return Inputs{real(s, 0.2, 3), away_from(1, s, 0.1, 4)};
          }),
      pair_loss(
          "kl_div", +[](const Tensor& x, const Tensor& t) { return kl_div(x, t); },
          +[](double x, double t) { return t * (std::log(t) - x); },
          +[](const Shape& s) {
            return Inputs{real(s, -3, 0), real(s, 0.1, 1)};
          }),
      pair_loss(
          "kl_div_log", +[](const Tensor& x, const Tensor& t) { return kl_div(x, t, {.log_target = true}); },
          +[](double x, double t) { return std::exp(t) * (t - x); },
          +[](const Shape& s) {
            return Inputs{real(s, -3, 0), real(s, -3, 0)};
          }),
  };
  rows[0].reference = [](const Arrays& x) {
    return fold(zip(x[0], x[1], square_of), {}, false, [](auto& v) { return sum_of(v); });
  };
  rows[0].large = {real({100, 100}), real({100, 100})};
  rows[0].op = "mse_loss(Tensor, Tensor, Reduction)";
  rows[1].op = "l1_loss(Tensor, Tensor, Reduction)";
  for (OpCase& row : rows) {
    if (row.op == row.name && row.name != "huber_loss" && row.name != "smooth_l1_loss")
      row.op = row.name.starts_with("kl") ? "kl_div" : "poisson_nll_loss";
    for (Wrong& wrong : row.wrong)
      wrong.message =
          "[" + row.op.substr(0, row.op.find('(')) + wrong.message.substr(wrong.message.find(']'));
    for (Input& in : row.large)
      if (in.draw == Input::Draw::distinct) row.large = {};  // there are 400 different numbers
  }
  return rows;
}

inline OpCases variance_and_penalty_cases() {
  const auto penalty = [](const std::string& name, Tensor (*call)(const std::vector<Tensor>&),
                          TwoNumbers power) {
    return OpCase{.name = name,
                  .op = name,
                  .call = [call](const Tensors& x) { return call(x); },
                  .reference =
                      [power](const Arrays& x) {
                        double total = 0;
                        for (const Array& a : x)
                          for (const double v : a.values) total += power(v, 0);
                        return Array({}, total);
                      },
                  .inputs = {{away_from(0, {3, 2}), away_from(0, {4})}, {away_from(0, {})}},
                  .wrong = {LEPTON_FAILS("[" + name + "] of no tensors", call({})),
                            LEPTON_FAILS("[" + name + "] computes with f32 and f64, not i64",
                                         call({zeros({2}, {.dtype = i64})}))},
                  .large = {away_from(0, {300, 1000}), away_from(0, {500})}};
  };
  return {
      {.name = "gaussian_nll_loss",
       .op = "gaussian_nll_loss",
       .call = [](const Tensors& x) { return gaussian_nll_loss(x[0], x[1], x[2], {.full = true}); },
       .reference =
           [](const Arrays& x) {
             double total = 0;
             for_each_index(x[0].shape, [&](const Dims& at) {
               const double d = x[0](at) - x[1](at), v = stretched(x[2], at);
               total += 0.5 * (std::log(v) + d * d / v + std::log(2 * 3.14159265358979324));
             });
             return Array({}, total / double(x[0].shape.numel()));
           },
       .inputs = {{real({3, 4}), real({3, 4}), real({3, 1}, 0.3, 2)},
                  {real({5}), real({5}), real({5}, 0.3, 2)}},
       .wrong = {LEPTON_FAILS("[gaussian_nll_loss] var [3] does not fit input [3, 4]",
                              gaussian_nll_loss(zeros({3, 4}), zeros({3, 4}), zeros({3})))},
       .large = {real({300, 1000}), real({300, 1000}), real({300, 1}, 0.3, 2)}},
      penalty(
          "l1_penalty", l1_penalty, +[](double v, double) { return std::fabs(v); }),
      penalty(
          "l2_penalty", l2_penalty, +[](double v, double) { return v * v; }),
  };
}

}  // namespace lepton::op_cases
