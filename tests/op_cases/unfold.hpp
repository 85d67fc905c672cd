// Rows of windows as columns, and of columns added back.
#pragma once

#include "lepton/ops/unfold.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

/// Windows of 2 x 3 with a row between their rows, one row of padding, and steps of 1 and 2.
inline UnfoldOptions odd_windows() {
  return {.kernel = {2, 3}, .dilation = {2, 1}, .padding = {1, 0}, .stride = {1, 2}};
}
struct Grid {
  std::int64_t rows, columns;  // windows
  Grid(std::int64_t h, std::int64_t w) : rows(h + 2 - 3 + 1), columns((w - 3) / 2 + 1) {}
};

/// f(element of a column, window, row and column in the picture) for all that lie inside of h x w.
template <class F> void for_odd_windows(std::int64_t h, std::int64_t w, F&& f) {
  const Grid grid(h, w);
  for_each_index({2, 3, grid.rows, grid.columns}, [&](const Dims& at) {
    const std::int64_t row = at[2] - 1 + 2 * at[0], column = 2 * at[3] + at[1];
    if (row >= 0 && row < h) f(at[0] * 3 + at[1], at[2] * grid.columns + at[3], row, column);
  });
}

inline Array unfolded(const Array& x) {
  const Grid grid(x.size(2), x.size(3));
  Array y({x.size(0), 6 * x.size(1), grid.rows * grid.columns});
  for_each_index({x.size(0), x.size(1)}, [&](const Dims& at) {
    for_odd_windows(x.size(2), x.size(3),
                    [&](std::int64_t k, std::int64_t window, std::int64_t i, std::int64_t j) {
                      y({at[0], at[1] * 6 + k, window}) = x({at[0], at[1], i, j});
                    });
  });
  return y;
}

inline Array folded(const Array& x, std::int64_t h, std::int64_t w) {
  Array y({x.size(0), x.size(1) / 6, h, w});
  for_each_index({x.size(0), x.size(1) / 6}, [&](const Dims& at) {
    for_odd_windows(h, w, [&](std::int64_t k, std::int64_t window, std::int64_t i, std::int64_t j) {
      y({at[0], at[1], i, j}) += x({at[0], at[1] * 6 + k, window});
    });
  });
  return y;
}

inline OpCases unfold_cases() {
  return {
      {.name = "unfold",
       .op = "unfold",
       .call = [](const Tensors& x) { return unfold(x[0], odd_windows()); },
       .reference = [](const Arrays& x) { return unfolded(x[0]); },
       .inputs = {{real({2, 3, 4, 5})}, {real({1, 1, 2, 3})}, {real({0, 2, 3, 4})}},
       .wrong = {LEPTON_FAILS("[unfold] needs [N, C, H, W], got [2, 2]",
                              unfold(zeros({2, 2}), odd_windows())),
                 LEPTON_FAILS("[unfold] the kernel does not fit into an axis of 2",
                              unfold(zeros({1, 1, 4, 2}), odd_windows())),
                 LEPTON_FAILS("[unfold] kernel, stride and dilation must be at least 1",
                              unfold(zeros({1, 1, 4, 4}), {.kernel = 0})),
                 LEPTON_FAILS("[unfold] computes with f32 and f64, not i32",
                              unfold(zeros({1, 1, 4, 4}, {.dtype = i32}), {.kernel = 2}))},
       .large = {real({8, 16, 40, 41})}},
      {.name = "fold",
       .op = "fold",
       .call =
           [](const Tensors& x) {
             return fold(x[0], {4, 5}, odd_windows());
           },
       .reference = [](const Arrays& x) { return folded(x[0], 4, 5); },
       .inputs = {{real({2, 18, 8})}, {real({1, 6, 8})}, {real({0, 6, 8})}},
       .wrong = {LEPTON_FAILS("[fold] needs [N, C * 6, 8], got [2, 18, 7]",
                              fold(zeros({2, 18, 7}), {4, 5}, odd_windows())),
                 LEPTON_FAILS("[fold] needs [N, C * 6, 8], got [2, 17, 8]",
                              fold(zeros({2, 17, 8}), {4, 5}, odd_windows())),
                 LEPTON_FAILS("[fold] needs [N, C * 6, 8], got [12, 8]",
                              fold(zeros({12, 8}), {4, 5}, odd_windows()))},
       .large = {real({64, 192, 8})}},
  };
}

}  // namespace lepton::op_cases
