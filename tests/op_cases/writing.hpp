// Rows of what gather.hpp composes: taking with broadcasting, and writing rows, elements and where a mask holds.
#pragma once

#include "lepton/ops/gather.hpp"
#include "lepton/ops/shape.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

/// x[0] with f(what is there, row i of x[2]) in its row x[1][i], for each i.
template <class F> Array write_rows(const Arrays& x, F&& f) {
  Array y = x[0];
  for_each_index(x[2].shape, [&](const Dims& at) {
    Dims to = at;
    to[0] = std::int64_t(x[1]({at[0]}));
    y(to) = f(y(to), x[2](at));
  });
  return y;
}

inline OpCases row_writing_cases() {
  const Tensor matrix = zeros({4, 3}), two = zeros({2}, {.dtype = i64}),
               outside = full({2}, 4, {.dtype = i64});
  const auto places = [](const Tensor& x) { return arange(3, 0, -2, {i64, x.device()}); };  // 3, 1
  return {
      {.name = "index_add",
       .op = "index_add",
       .call = [](const Tensors& x) { return index_add(x[0], 0, x[1], x[2], 0.5); },
       .reference =
           [](const Arrays& x) { return write_rows(x, [](double a, double b) { return a + 0.5 * b; }); },
       .inputs = {{real({4, 3}), index_below(4, {6}), real({6, 3})},
                  {real({3}), index_below(3, {2}), real({2})}},
       .wrong = {LEPTON_FAILS("[index_add] the index is a vector of i64, not [4, 3] f32",
                              index_add(matrix, 0, matrix, matrix)),
                 LEPTON_FAILS("[index_add] axis 2 is out of range", index_add(matrix, 2, two, matrix)),
                 LEPTON_FAILS("[", index_add(matrix, 0, outside, zeros({2, 3})))}},
      {.name = "index_copy",
       .op = "index_copy",
       .call = [places](const Tensors& x) { return index_copy(x[0], 0, places(x[0]), x[1]); },
       .reference =
           [](const Arrays& x) {
             return write_rows({x[0], Array({2}, {3, 1}), x[1]}, [](double, double b) { return b; });
           },
       .inputs = {{real({4, 3}), real({2, 3})}, {real({4}), real({2})}},
       .wrong = {LEPTON_FAILS("[index_copy] a scalar has no axes",
                              index_copy(zeros({}), 0, two, zeros({2})))}},
      {.name = "index_fill",
       .op = "index_fill",
       .call = [](const Tensors& x) { return index_fill(x[0], -1, x[1], 7); },
       .reference =
           [](const Arrays& x) {
             return generate(x[0].shape, [&](const Dims& at) {
               for (const double place : x[1].values)
                 if (at[at.rank() - 1] == std::int64_t(place)) return 7.0;
               return x[0](at);
             });
           },
       .inputs = {{real({2, 5}), index_below(5, {3})}, {real({4}), index_below(4, {0})}},
       .wrong = {LEPTON_FAILS("[index_fill] axis 2 is out of range", index_fill(matrix, 2, two, 1))},
       .dtypes = {f16, bf16, i8, i32, i64}},
  };
}

inline OpCases element_writing_cases() {
  const Tensor matrix = zeros({4, 3}), two = zeros({2}, {.dtype = i64});
  return {
      {.name = "put",
       .op = "put",
       .call = [](const Tensors& x) { return put(x[0], x[1], x[2], true); },
       .reference =
           [](const Arrays& x) {
             Array y = x[0];
             for (std::size_t i = 0; i < x[1].values.size(); ++i)
               y.values[std::size_t(x[1].values[i])] += x[2].values[i];
             return y;
           },
       .inputs = {{real({3, 4}), index_below(12, {2, 3}), real({2, 3})}},
       .wrong = {LEPTON_FAILS("[scatter] source [3] f32 must have the shape of the index, [2]",
                              put(matrix, two, zeros({3})))}},
      {.name = "take_along_dim",
       .op = "take_along_dim",
       .call = [](const Tensors& x) { return take_along_dim(x[0], x[1], 1); },
       .reference =
           [](const Arrays& x) {
             Shape own = x[0].shape, other = x[1].shape;
             own[1] = other[1];
             return generate(broadcast(own, other, "take"), [&](Dims at) {
               at[1] = std::int64_t(stretched(x[1], at));
               return stretched(x[0], at);
             });
           },
       .inputs = {{real({3, 4}), index_below(4, {1, 2})}, {real({1, 4, 2}), index_below(4, {3, 5, 1})}},
       .wrong = {LEPTON_FAILS("[take_along_dim] index [2] and x [4, 3] need as many axes",
                              take_along_dim(matrix, two, 1))},
       .dtypes = {f16, bf16, i8, i32, i64}},
      {.name = "masked_scatter",
       .op = "masked_scatter",
       .call = [](const Tensors& x) { return masked_scatter(x[0], x[1], x[2]); },
       .reference =
           [](const Arrays& x) {
             std::size_t next = 0;
             return generate(x[0].shape, [&](const Dims& at) {
               return stretched(x[1], at) != 0 ? x[2].values[next++] : x[0](at);
             });
           },
       .inputs = {{real({3, 4}), flags({3, 4}), real({12})}, {real({2, 5}), flags({5}), real({2, 5})}},
       .wrong = {LEPTON_FAILS("[masked_scatter] mask [2, 4, 3] does not fit [4, 3]",
                              masked_scatter(matrix, zeros({2, 4, 3}, {.dtype = boolean}), matrix))},
       .dtypes = {f16, bf16, i8, i32, i64}},
  };
}

}  // namespace lepton::op_cases
