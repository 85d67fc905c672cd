// Rows of normalisation and softmax.
#pragma once

#include <cmath>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/norm.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/ops/softmax.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

constexpr double kEps = 1e-5;

/// Mean and variance a channel (axis 1): [C] each.
inline std::pair<Array, Array> channel_statistics(const Array& x, double less) {
  Dims others;
  for (int i = 0; i < x.shape.rank(); ++i)
    if (i != 1) others.push_back(i);
  return {fold(x, others, false, [](auto& v) { return mean_of(v); }),
          fold(x, others, false, [less](auto& v) { return variance_of(v, less); })};
}

/// (x - mean) / sqrt(variance + eps) * weight + bias
inline Array normalized(const Array& x, const Array& mean, const Array& variance, const Array* weight,
                        const Array* bias) {
  return generate(x.shape, [&](const Dims& at) {
    const double y = (x(at) - mean({at[1]})) / std::sqrt(variance({at[1]}) + kEps);
    return y * (weight ? (*weight)({at[1]}) : 1) + (bias ? (*bias)({at[1]}) : 0);
  });
}

/// x, weight, bias and, where `with_running`, mean and variance.
inline Inputs norm_inputs(const Shape& x, bool with_running) {
  const Shape channels{x[1]};
  Inputs inputs{real(x), real(channels, 0.5, 2), real(channels)};
  if (with_running) inputs.insert(inputs.end(), {real(channels), real(channels, 0.5, 2)});
  return inputs;
}

inline OpCases batch_norm_cases() {
  return {
      {.name = "batch_norm",
       .op = "batch_norm",
       .call = [](const Tensors& x) { return batch_norm(x[0], x[1], x[2], {}, {}); },
       .reference =
           [](const Arrays& x) {
             const auto [mean, variance] = channel_statistics(x[0], 0);
             return normalized(x[0], mean, variance, &x[1], &x[2]);
           },
       .inputs = {norm_inputs({4, 3, 2, 2}, false), norm_inputs({6, 4}, false),
                  norm_inputs({3, 2, 5}, false)},
       .wrong = {LEPTON_FAILS("[batch_norm] needs [N, C, ...], got [4]",
                              batch_norm(zeros({4}), {}, {}, {}, {})),
                 LEPTON_FAILS("[batch_norm] a channel vector is [4] f32, but the input is [4, 3] f32",
                              batch_norm(zeros({4, 3}), zeros({4}), {}, {}, {})),
                 LEPTON_FAILS("[batch_norm] training needs more than one value a channel, got [1, 3]",
                              batch_norm(zeros({1, 3}), {}, {}, {}, {})),
                 LEPTON_FAILS("[batch_norm] evaluation needs running statistics",
                              batch_norm(zeros({4, 3}), {}, {}, {}, {}, {.training = false}))},
       .large = norm_inputs({32, 16, 28, 28}, false),
       .f32_tolerance = 2e-5},
      {.name = "batch_norm_plain",
       .op = "batch_norm",
       .call = [](const Tensors& x) { return batch_norm(x[0], {}, {}, {}, {}); },
       .reference =
           [](const Arrays& x) {
             const auto [mean, variance] = channel_statistics(x[0], 0);
             return normalized(x[0], mean, variance, nullptr, nullptr);
           },
       .inputs = {{real({4, 3, 2, 2})}, {real({5, 2})}},
       .large = {real({4096, 100})},
       .f32_tolerance = 2e-5},
      {.name = "batch_norm_eval",
       .op = "batch_norm",
       .call = [](const Tensors& x) { return batch_norm(x[0], x[1], x[2], x[3], x[4], {.training = false}); },
       .reference = [](const Arrays& x) { return normalized(x[0], x[3], x[4], &x[1], &x[2]); },
       .inputs = {norm_inputs({2, 3, 2, 2}, true), norm_inputs({1, 4}, true), norm_inputs({0, 3, 2}, true)},
       .large = norm_inputs({32, 16, 28, 28}, true)},
      {.name = "batch_norm_running",
       .op = "batch_norm",
       .call =
           [](const Tensors& x) {
             const NoGrad no_grad;
             const Tensor mean = x[3].clone(), variance = x[4].clone();
             batch_norm(x[0], x[1], x[2], mean, variance, {.momentum = 0.25});
             return cat({mean, variance});
           },
       .reference =
           [](const Arrays& x) {
             const auto [mean, variance] = channel_statistics(x[0], 1);
             const auto mix = [](double old, double batch) { return 0.75 * old + 0.25 * batch; };
             Array y = zip(x[3], mean, mix);
             for (const double v : zip(x[4], variance, mix).values) y.values.push_back(v);
             y.shape[0] *= 2;
             return y;
           },
       .inputs = {norm_inputs({4, 3, 2, 2}, true), norm_inputs({2, 5}, true)},
       .derivatives = 0,
       .large = norm_inputs({32, 16, 28, 28}, true)},
  };
}

/// The shares of e^v in their sum, or their logarithms, along an axis.
inline Array shares(const Array& x, int axis, bool logarithm) {
  const Array total = fold(x, {axis}, true, [](std::vector<double>& v) {
    double sum = 0;
    for (const double e : v) sum += std::exp(e);
    return sum;
  });
  return zip(x, total,
             [logarithm](double v, double sum) { return logarithm ? v - std::log(sum) : std::exp(v) / sum; });
}

inline OpCases softmax_cases() {
  OpCases rows;
  for (const bool logarithm : {false, true}) {
    const std::string name = logarithm ? "log_softmax" : "softmax";
    const auto call = logarithm ? log_softmax : softmax;
    const auto row = [&](const std::string& suffix, int axis, int last_axis, std::vector<Inputs> inputs,
                         Inputs large) {
      rows.push_back({.name = name + suffix,
                      .op = name,
                      .call = [call, axis](const Tensors& x) { return call(x[0], axis); },
                      .reference =
                          [last_axis, logarithm](const Arrays& x) {
                            return x[0].shape.rank() == 0
                                       ? Array({}, logarithm ? 0 : 1)
                                       : shares(x[0], last_axis < 0 ? x[0].shape.rank() - 1 : last_axis,
                                                logarithm);
                          },
                      .inputs = std::move(inputs),
                      .large = std::move(large),
                      .dtypes = {f16, bf16}});
    };
    row("", -1, -1,
        {{real({4, 5})}, {real({2, 3, 7})}, {real({6})}, {real({})}, {real({0, 5})}, {real({3, 1})}},
        {real({1000, 513})});
    row("_first", 0, 0, {{real({4, 5})}, {real({3, 2, 2})}}, {real({300, 1000})});
    rows[rows.size() - 2].wrong = {
        LEPTON_FAILS("[" + name + "] axis 2 is out of range for a tensor with 2 axes",
                     call(zeros({2, 3}), 2)),
        LEPTON_FAILS("[" + name + "] computes with f32 and f64, not i64",
                     call(zeros({2, 3}, {.dtype = i64}), 1))};
  }
  rows.push_back(
      {.name = "softmin",
       .op = "softmin",
       .call = [](const Tensors& x) { return softmin(x[0], 0); },
       .reference = [](const Arrays& x) { return shares(map(x[0], [](double v) { return -v; }), 0, false); },
       .inputs = {{real({4, 5})}, {real({6})}},
       .wrong = {LEPTON_FAILS("[softmax] axis 2 is out of range", softmin(zeros({2, 3}), 2))},
       .large = {real({300, 1000})}});
  return rows;
}

}  // namespace lepton::op_cases
