// Rows of the normalisations that go sample by sample.
#pragma once

#include "tests/op_cases/norm.hpp"

namespace lepton::op_cases {

/// x normalised over stretches of n elements that follow each other, or by the mean of squares where `rms`.
inline Array stretches(const Array& x, std::int64_t n, bool rms) {
  Array y = x;
  for (std::size_t first = 0; first < x.values.size(); first += std::size_t(n)) {
    const std::vector<double> v(&x.values[first], &x.values[first] + n);
    const double mean = rms ? 0 : mean_of(v), spread = variance_of(v, 0);
    const double power = rms ? spread + mean_of(v) * mean_of(v) : spread;
    for (std::size_t i = 0; i < v.size(); ++i) y.values[first + i] = (v[i] - mean) / std::sqrt(power + kEps);
  }
  return y;
}

/// y * weight + bias by the last axes, or by the channels of [N, C, ...].
inline Array scaled(const Array& y, const Array* weight, const Array* bias, bool channels) {
  return generate(y.shape, [&](const Dims& at) {
    const auto of = [&](const Array& v) { return channels ? v({at[1]}) : stretched(v, at); };
    return y(at) * (weight ? of(*weight) : 1) + (bias ? of(*bias) : 0);
  });
}

inline OpCases layer_norm_cases() {
  const auto inputs = [](const Shape& x, const Shape& w) {
    return Inputs{real(x), real(w, 0.5, 2), real(w)};
  };
  return {
      {.name = "layer_norm",
       .op = "layer_norm",
       .call = [](const Tensors& x) { return layer_norm(x[0], x[1].shape(), x[1], x[2]); },
       .reference =
           [](const Arrays& x) {
             return scaled(stretches(x[0], x[1].shape.numel(), false), &x[1], &x[2], false);
           },
       .inputs = {inputs({4, 5}, {5}), inputs({2, 3, 4}, {3, 4}), inputs({7}, {7}), inputs({0, 3}, {3}),
                  inputs({2, 69}, {69})},
       .wrong = {LEPTON_FAILS("[layer_norm] the last sizes of [2, 3] are not [4]",
                              layer_norm(zeros({2, 3}), {4})),
                 LEPTON_FAILS("[layer_norm] weight or bias is [2] f32, not [3] f32",
                              layer_norm(zeros({2, 3}), {3}, zeros({2}))),
                 LEPTON_FAILS("[layer_norm] computes with f32 and f64, not i32",
                              layer_norm(zeros({2, 3}, {.dtype = i32}), {3}))},
       .large = inputs({600, 500}, {500}),
       .f32_tolerance = 2e-5},
      {.name = "layer_norm_plain",
       .op = "layer_norm",
       .call = [](const Tensors& x) { return layer_norm(x[0], {x[0].rank() > 0 ? x[0].shape().back() : 1}); },
       .reference = [](const Arrays& x) { return stretches(x[0], x[0].shape.back(), false); },
       .inputs = {{real({4, 6})}, {real({2, 2, 17})}},
       .large = {real({3000, 100})},
       .f32_tolerance = 5e-5},
      {.name = "rms_norm",
       .op = "rms_norm",
       .call = [](const Tensors& x) { return rms_norm(x[0], x[1].shape(), x[1], kEps); },
       .reference =
           [](const Arrays& x) {
             return scaled(stretches(x[0], x[1].shape.numel(), true), &x[1], nullptr, false);
           },
       .inputs = {{real({4, 5}), real({5})}, {real({2, 3, 4}), real({3, 4})}, {real({1, 70}), real({70})}},
       .wrong = {LEPTON_FAILS("[rms_norm] the last sizes of [2, 3] are not [2, 2]",
                              rms_norm(zeros({2, 3}), {2, 2}))},
       .large = {real({600, 500}), real({500})},
       .f32_tolerance = 2e-5},
      {.name = "group_norm",
       .op = "group_norm",
       .call = [](const Tensors& x) { return group_norm(x[0], 2, x[1], x[2]); },
       .reference =
           [](const Arrays& x) {
             const std::int64_t rows = 2 * x[0].size(0);
             return scaled(stretches(x[0], rows ? x[0].shape.numel() / rows : 1, false), &x[1], &x[2], true);
           },
       .inputs = {inputs({2, 4, 3, 2}, {4}), inputs({3, 6}, {6}), inputs({2, 2, 5}, {2}),
                  inputs({0, 4}, {4})},
       .wrong = {LEPTON_FAILS("[group_norm] 2 groups do not divide the channels of [2, 3]",
                              group_norm(zeros({2, 3}), 2)),
                 LEPTON_FAILS("[group_norm] needs [N, C, ...], got [3]", group_norm(zeros({3}), 1))},
       .large = inputs({8, 16, 40, 40}, {16}),
       .f32_tolerance = 2e-5},
      {.name = "instance_norm",
       .op = "instance_norm",
       .call = [](const Tensors& x) { return instance_norm(x[0], {}, {}, x[1], x[2]); },
       .reference =
           [](const Arrays& x) {
             const std::int64_t rows = x[0].size(0) * x[0].size(1);
             return scaled(stretches(x[0], x[0].shape.numel() / rows, false), &x[1], &x[2], true);
           },
       .inputs = {inputs({2, 3, 4, 2}, {3}), inputs({1, 2, 7}, {2})},
       .wrong = {LEPTON_FAILS("[instance_norm] needs [N, C, L, ...], got [2, 3]",
                              instance_norm(zeros({2, 3}))),
                 LEPTON_FAILS("[instance_norm] needs more than one value a channel, got [2, 3, 1]",
                              instance_norm(zeros({2, 3, 1})))},
       .large = inputs({8, 16, 40, 40}, {16}),
       .f32_tolerance = 2e-5},
  };
}

inline OpCases local_norm_cases() {
  return {
      {.name = "local_response_norm",
       .op = "local_response_norm",
       .call =
           [](const Tensors& x) { return local_response_norm(x[0], 4, {.alpha = 0.6, .beta = 0.5, .k = 2}); },
       .reference =
           [](const Arrays& x) {
             return generate(x[0].shape, [&](const Dims& at) {
               double squares = 0;
               for (std::int64_t c = std::max<std::int64_t>(at[1] - 2, 0); c <= at[1] + 1 && c < x[0].size(1);
                    ++c) {
                 Dims from = at;
                 from[1] = c;
                 squares += x[0](from) * x[0](from);
               }
               return x[0](at) / std::sqrt(2 + 0.6 * squares / 4);
             });
           },
       .inputs = {{real({2, 5, 3})}, {real({3, 2, 2, 2})}, {real({2, 3})}, {real({0, 3, 2})}},
       .wrong = {LEPTON_FAILS("[local_response_norm] needs [N, C, ...], got [3]",
                              local_response_norm(zeros({3}), 2)),
                 LEPTON_FAILS("[local_response_norm] needs at least one channel, not 0",
                              local_response_norm(zeros({3, 2}), 0)),
                 LEPTON_FAILS("[local_response_norm] computes with f32 and f64, not i32",
                              local_response_norm(zeros({3, 2}, {.dtype = i32}), 2))},
       .large = {real({8, 32, 28, 28})}},
  };
}

}  // namespace lepton::op_cases
