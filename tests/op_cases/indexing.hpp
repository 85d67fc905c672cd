// Rows of ops/indexing.hpp: reading and writing by integers, slices, masks and index tensors.
#pragma once

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/indexing.hpp"
#include "tests/op_cases/reshape.hpp"

namespace lepton::op_cases {

inline OpCases index_view_cases() {
  const Tensor matrix = zeros({2, 3});
  return {
      view_case(
          "index_slices", "index", {3, 4, 5},
          [](const Tensor& x) {
            return index(x, {1, Slice{1, -1}, Slice{.step = 2}});
          },
          {2, 3},
          [](const Dims& at) {
            return Dims{1, 1 + at[0], 2 * at[1]};
          },
          {LEPTON_FAILS("[index] 3 indices for the axes of [2, 3]", index(matrix, {0, 0, 0})),
           LEPTON_FAILS("[index] more than one ellipsis", index(matrix, {kEllipsis, kEllipsis})),
           LEPTON_FAILS("[index] a step of 0", index(matrix, {Slice{0, 1, 0}})),
           LEPTON_FAILS("[index] index tensors are i64 or boolean, not f32", index(matrix, {zeros({2})})),
           LEPTON_FAILS("[index] mask [3] does not fit axis 0 of [2, 3]",
                        index(matrix, {zeros({3}, {.dtype = boolean})})),
           LEPTON_FAILS("[index] index 5 at place 0 is outside [0, 2)",
                        index(matrix, {full({1}, 5, {.dtype = i64})})),
           LEPTON_FAILS("[select] index 2 is out of range for axis 0 of [2, 3]", index(matrix, {2}))}),
      view_case(
          "index_ellipsis", "Tensor::index", {3, 4, 5},
          [](const Tensor& x) {
            return x.index({kEllipsis, kNewAxis, -2});
          },
          {3, 4, 1},
          [](const Dims& at) {
            return Dims{at[0], at[1], 3};
          },
          {LEPTON_FAILS("[select] index -3 is out of range for axis 0 of [2, 3]", matrix.index({-3}))}),
      view_case(
          "index_backwards", "index", {3, 6},
          [](const Tensor& x) {
            return index(x, {Slice{.step = -1}, Slice{-2, 0, -2}});
          },
          {3, 2},
          [](const Dims& at) {
            return Dims{2 - at[0], 4 - 2 * at[1]};
          }),
  };
}

inline OpCases index_tensor_cases() {
  const auto wrapped = [](double i, std::int64_t n) { return std::int64_t(i < 0 ? i + double(n) : i); };
  const auto negative = [](const Tensor& t, double n) { return where(t > 1, t - n, t); };  // the same places
  return {
      {.name = "index_rows",
       .op = "index",
       .call = [negative](const Tensors& x) { return index(x[0], {negative(x[1], 4)}); },
       .reference =
           [](const Arrays& x) {
             Shape shape = x[1].shape;
             shape.push_back(x[0].size(1));
             return generate(shape, [&](Dims at) {
               const std::int64_t column = at.back();
               at.erase(at.rank() - 1);
               return x[0]({std::int64_t(x[1](at)), column});
             });
           },
       .inputs = {{real({4, 3}), index_below(4, {5})}, {real({4, 2}), index_below(4, {2, 3})}},
       .dtypes = kAnyDType},
      // Axes 1 and 2 by tensors that broadcast; they stand where axis 1 stood.
      {.name = "index_two_tensors",
       .op = "index",
       .call =
           [](const Tensors& x) {
             return index(x[0], {kAll, x[1].unsqueeze(1), x[2]});
           },
       .reference =
           [](const Arrays& x) {
             return generate({x[0].size(0), x[1].size(0), x[2].size(0), x[0].size(3)}, [&](const Dims& at) {
               return x[0]({at[0], std::int64_t(x[1]({at[1]})), std::int64_t(x[2]({at[2]})), at[3]});
             });
           },
       .inputs = {{real({2, 3, 4, 2}), index_below(3, {2}), index_below(4, {3})}},
       .dtypes = kAnyDType},
      // An axis lies between: the tensors' axis comes first.
      {.name = "index_apart",
       .op = "Tensor::index",
       .call =
           [](const Tensors& x) {
             return x[0].index({x[1], kAll, x[2]});
           },
       .reference =
           [wrapped](const Arrays& x) {
             return generate({x[1].size(0), x[0].size(1)}, [&](const Dims& at) {
               return x[0]({wrapped(x[1]({at[0]}), 3), at[1], wrapped(x[2]({at[0]}), 4)});
             });
           },
       .inputs = {{real({3, 2, 4}), index_below(3, {5}), index_below(4, {5})}}},
      {.name = "index_mask",
       .op = "index",
       .call = [](const Tensors& x) { return index(x[0], {x[1] > 0}); },
       .reference =
           [](const Arrays& x) {
             std::vector<double> rows;
             for (std::int64_t i = 0; i < x[1].size(0); ++i)
               for (std::int64_t j = 0; x[1]({i}) > 0 && j < x[0].size(1); ++j) rows.push_back(x[0]({i, j}));
             const auto n = std::int64_t(rows.size()) / x[0].size(1);
             return Array({n, x[0].size(1)}, rows);
           },
       .inputs = {{real({4, 3}), index_below(2, {4})}},
       .captured = false},
      {.name = "masked_select",
       .op = "masked_select",
       .call = [](const Tensors& x) { return masked_select(x[0], x[1] > 0); },
       .reference =
           [](const Arrays& x) {
             std::vector<double> chosen;
             for_each_index(x[0].shape, [&](const Dims& at) {
               if (stretched(x[1], at) > 0) chosen.push_back(x[0](at));
             });
             return Array({std::int64_t(chosen.size())}, chosen);
           },
       .inputs = {{real({4, 3}), index_below(2, {4, 3})}, {real({2, 3}), index_below(2, {3})}},
       .wrong = {LEPTON_FAILS("[masked_select] the mask must be boolean, not f32",
                              masked_select(zeros({2}), zeros({2})))},
       .captured = false},
      {.name = "nonzero",
       .op = "nonzero",
       .call = [](const Tensors& x) { return nonzero(x[0]); },
       .reference =
           [](const Arrays& x) {
             std::vector<double> found;
             for_each_index(x[0].shape, [&](const Dims& at) {
               if (x[0](at) != 0) found.insert(found.end(), at.begin(), at.end());
             });
             const std::int64_t rank = x[0].shape.rank();
             return Array({std::int64_t(found.size()) / rank, rank}, found);
           },
       .inputs = {{index_below(2, {4, 3})}, {index_below(3, {7})}},
       .derivatives = 0,
       .wrong = {LEPTON_FAILS("[", nonzero(Tensor()))},
       .captured = false},
  };
}

inline OpCases index_put_cases() {
  const auto in_place = [](const Tensor& x, auto change) {
    const NoGrad no_grad;
    const Tensor y = x.clone();
    change(y);
    return y;
  };
  const Tensor matrix = zeros({2, 3});
  const auto mask_filled = [](const Arrays& x) {
    return generate(x[0].shape, [&](const Dims& at) { return x[1]({at[0]}) != 0 ? 7.0 : x[0](at); });
  };
  return {
      {.name = "index_put_slice",
       .op = "index_put",
       .call =
           [](const Tensors& x) {
             return index_put(x[0], {kAll, Slice{1, 3}}, x[1]);
           },
       .reference =
           [](const Arrays& x) {
             return generate(x[0].shape, [&](const Dims& at) {
               return at[1] == 1 || at[1] == 2 ? x[1]({at[0], 0}) : x[0](at);
             });
           },
       .inputs = {{real({3, 4}), real({3, 1})}},
       .wrong = {LEPTON_FAILS("[index_put] shapes do not broadcast: [1, 3] and [2]",
                              index_put(matrix, {zeros({1}, {.dtype = i64})}, zeros({2}))),
                 LEPTON_FAILS("[index_put] writes no slice with a step below 0",
                              index_put(matrix, {Slice{.step = -1}}, zeros({2}))),
                 LEPTON_FAILS("[index_put] index 2 at place 0 is outside [0, 2)",
                              index_put(matrix, {full({1}, 2, {.dtype = i64})}, zeros({3})))},
       .dtypes = kAnyDType},
      {.name = "index_put_add",
       .op = "index_put",
       .call =
           [](const Tensors& x) {
             return index_put(x[0], {kAll, x[1]}, x[2], true);
           },
       .reference =
           [](const Arrays& x) {
             Array y = x[0];
             for (std::int64_t r = 0; r < y.size(0); ++r)
               for (std::int64_t k = 0; k < x[1].size(0); ++k) y({r, std::int64_t(x[1]({k}))}) += x[2]({k});
             return y;
           },
       .inputs = {{real({3, 4}), index_below(4, {6}), real({6})}},
       .wrong = {LEPTON_FAILS("[index_put] booleans do not add",
                              index_put(zeros({2, 2}, {.dtype = boolean}), {full({1}, 1, {.dtype = i64})},
                                        ones({2}, {.dtype = boolean}), true))},
       .dtypes = kIntegers},
      {.name = "index_put_mask",
       .op = "index_put",
       .call = [](const Tensors& x) { return index_put(x[0], {x[1]}, full({}, 7, {x[0].dtype(), x[0].device()})); },
       .reference = mask_filled,
       .inputs = {{real({3, 4}), flags({3})}},
       .dtypes = {f16, bf16, i8, u8, i32, i64}},
      {.name = "index_put_in_place",
       .op = "Tensor::index_put_(initializer_list<Index>, Tensor, bool)",
       .call =
           [in_place](const Tensors& x) {
             return in_place(x[0].transpose(0, 1), [&](const Tensor& y) {
               y.index_put_({0, x[1]}, x[2], true);
             });
           },
       .reference =
           [](const Arrays& x) {
             Array y = generate({x[0].size(1), x[0].size(0)}, [&](const Dims& at) {
               return x[0]({at[1], at[0]});
             });
             for (std::int64_t k = 0; k < x[1].size(0); ++k) y({0, std::int64_t(x[1]({k}))}) += x[2]({k});
             return y;
           },
       .inputs = {{real({3, 4}), index_below(3, {4}), real({4})}},
       .derivatives = 0,
       .wrong = {LEPTON_FAILS("[index_put_] would overwrite a tensor that the tape needs",
                              zeros({2}).set_requires_grad().index_put_({0}, zeros({})))}},
      {.name = "index_put_number",
       .op = "Tensor::index_put_(initializer_list<Index>, double)",
       .call =
           [in_place](const Tensors& x) {
             return in_place(x[0], [&](const Tensor& y) { y.index_put_({x[1]}, 7); });
           },
       .reference = mask_filled,
       .inputs = {{real({3, 4}), flags({3})}},
       .derivatives = 0,
       .wrong = {LEPTON_FAILS("[index_put_] would overwrite a tensor that the tape needs",
                              zeros({2}).set_requires_grad().index_put_({0}, 1))}},
  };
}

}  // namespace lepton::op_cases
