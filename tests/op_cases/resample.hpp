// Rows of the other ways of interpolation.
#pragma once

#include "lepton/ops/interpolate.hpp"
#include "tests/op_cases/pool_nd.hpp"

namespace lepton::op_cases {

inline OpCase resample_row(std::string name, const InterpolateOptions& o,
                           std::function<Array(const Array&)> reference, std::vector<Inputs> inputs) {
  return {.name = std::move(name),
          .op = "interpolate",
          .call = [o](const Tensors& x) { return interpolate(x[0], o); },
          .reference = [reference](const Arrays& x) { return reference(x[0]); },
          .inputs = std::move(inputs)};
}

/// Each axis of a picture by a matrix [new, old] of weights.
inline Array weighted(const Array& x, const Array& rows, const Array& columns) {
  return generate({x.size(0), x.size(1), rows.size(0), columns.size(0)}, [&](const Dims& at) {
    double sum = 0;
    for (std::int64_t i = 0; i < x.size(2); ++i)
      for (std::int64_t j = 0; j < x.size(3); ++j)
        sum += rows({at[2], i}) * columns({at[3], j}) * x({at[0], at[1], i, j});
    return sum;
  });
}

inline OpCases resample_cases() {
  // From 5 to 3 elements the centres lie at 5/6, 15/6, 25/6; from 2 to 4 at 1/4, 3/4, 5/4, 7/4.
  const auto exact = [](const Array& x) {
    constexpr std::int64_t kFrom[] = {0, 2, 4};
    return generate({x.size(0), x.size(1), 3}, [&](const Dims& at) {
      return x({at[0], at[1], kFrom[at[2]]});
    });
  };
  const auto mean = [](const std::vector<double>& v) { return mean_of(v); };
  // Tents that reach 2 to either side of 1 and of 3, over elements with centres at 1/2, 3/2 ...: 3/4, 3/4 and 1/4.
  const Array halves({2, 4}, {3 / 7.0, 3 / 7.0, 1 / 7.0, 0, 0, 1 / 7.0, 3 / 7.0, 3 / 7.0});
  const Array same({2, 2}, {1, 0, 0, 1}), doubled({4, 2}, {1, 0, 1, 0, 0, 1, 0, 1});
  OpCases rows{
      resample_row("interpolate_nearest_exact", {.size = {3}, .mode = Interpolation::nearest_exact}, exact,
                   {{real({2, 3, 5})}}),
      resample_row("interpolate_area", {.size = {3, 2}, .mode = Interpolation::area},
                   [=](const Array& x) {
                     return adaptively(x, {3, 2}, mean);
                   },
                   {{real({2, 3, 5, 4})}}),
      resample_row("interpolate_antialias",
                   {.size = {2, 2}, .mode = Interpolation::linear, .antialias = true},
                   [=](const Array& x) { return weighted(x, halves, same); }, {{real({2, 3, 4, 2})}}),
      resample_row("interpolate_by_axis", {.scale_factor = {1, 2}},
                   [=](const Array& x) { return weighted(x, same, doubled); }, {{real({2, 1, 2, 2})}}),
  };
  rows[0].wrong = {
      LEPTON_FAILS("[interpolate] needs one positive scale_factor, or one for each of the 1 axes",
                   interpolate(zeros({1, 1, 2}), {.scale_factor = {2, 2}})),
      LEPTON_FAILS("[interpolate] needs one positive scale_factor, or one for each of the 2 axes",
                   interpolate(zeros({1, 1, 2, 2}), {.scale_factor = {2, -1}})),
      LEPTON_FAILS("[interpolate] antialias is for linear and bicubic of [N, C, H, W]",
                   interpolate(zeros({1, 1, 2, 2}), {.scale_factor = 2, .antialias = true})),
      LEPTON_FAILS("[interpolate] antialias is for linear and bicubic of [N, C, H, W]",
                   interpolate(zeros({1, 1, 2}),
                               {.scale_factor = 2, .mode = Interpolation::linear, .antialias = true}))};
  return rows;
}

}  // namespace lepton::op_cases
