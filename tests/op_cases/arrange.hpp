// Rows of ops/arrange.hpp and ops/einsum.hpp.
#pragma once

#include <algorithm>

#include "lepton/ops/arrange.hpp"
#include "lepton/ops/einsum.hpp"
#include "tests/op_cases/reshape.hpp"

namespace lepton::op_cases {

inline OpCases cutting_cases() {
  const auto shifted = [](std::int64_t by) {
    return [by](const Dims& at) { return Dims{at[0], at[1] + by}; };
  };
  const Tensor matrix = zeros({3, 7});
  return {
      view_case("split", "split(Tensor, int64_t, int64_t)", {3, 7},
                [](const Tensor& x) { return split(x, 3, 1).back(); }, {3, 1}, shifted(6),
                {LEPTON_FAILS("[split] pieces have at least one element, not 0", split(matrix, 0)),
                 LEPTON_FAILS("[split] axis 2 is out of range", split(matrix, 1, 2))}),
      view_case("split_sizes", "split(Tensor, vector<int64_t>, int64_t)", {3, 7},
                [](const Tensor& x) {
                  return split(x, std::vector<std::int64_t>{2, 0, 5}, 1).back();
                },
                {3, 5}, shifted(2),
                {LEPTON_FAILS("[split] sizes add up to 6, not to the 7 of axis 1 of [3, 7]",
                              split(matrix, std::vector<std::int64_t>{2, 4}, 1))}),
      view_case("chunk", "chunk", {3, 7}, [](const Tensor& x) { return chunk(x, 3, 1).back(); }, {3, 1},
                shifted(6), {LEPTON_FAILS("[chunk] needs at least one piece, not 0", chunk(matrix, 0))}),
      view_case(
          "unbind", "unbind", {3, 7}, [](const Tensor& x) { return stack(unbind(x, 1)); }, {7, 3},
          [](const Dims& at) {
            return Dims{at[1], at[0]};
          },
          {LEPTON_FAILS("[unbind] a scalar has no axes", unbind(zeros({})))}),
      view_case(
          "moveaxis", "moveaxis", {2, 3, 4}, [](const Tensor& x) { return moveaxis(x, 0, -1); }, {3, 4, 2},
          [](const Dims& at) {
            return Dims{at[2], at[0], at[1]};
          },
          {LEPTON_FAILS("[moveaxis] axis 2 is out of range", moveaxis(matrix, 2, 0))}),
      view_case(
          "roll", "roll", {3, 5}, [](const Tensor& x) { return roll(x, 2, 1); }, {3, 5},
          [](const Dims& at) {
            return Dims{at[0], (at[1] + 3) % 5};
          },
          {LEPTON_FAILS("[roll] axis 2 is out of range", roll(matrix, 1, 2))}),
      view_case(
          "roll_back", "roll", {3, 5}, [](const Tensor& x) { return roll(x, -7, 0); }, {3, 5},
          [](const Dims& at) {
            return Dims{(at[0] + 7) % 3, at[1]};
          }),
      view_case(
          "flip", "flip", {3, 5},
          [](const Tensor& x) {
            return flip(x, {0, -1});
          },
          {3, 5},
          [](const Dims& at) {
            return Dims{2 - at[0], 4 - at[1]};
          },
          {LEPTON_FAILS("[flip] axis 2 is out of range", flip(matrix, {2}))}),
      view_case(
          "tile", "tile", {2, 3},
          [](const Tensor& x) {
            return tile(x, {2, 1, 3});
          },
          {2, 2, 9},
          [](const Dims& at) {
            return Dims{at[1], at[2] % 3};
          },
          {LEPTON_FAILS("[tile] negative factor in [-1]", tile(matrix, {-1}))}),
      view_case(
          "repeat_interleave", "repeat_interleave", {2, 3},
          [](const Tensor& x) { return repeat_interleave(x, 2, -1); }, {2, 6},
          [](const Dims& at) {
            return Dims{at[0], at[1] / 2};
          },
          {LEPTON_FAILS("[repeat_interleave] negative factor -1", repeat_interleave(matrix, -1, 0))}),
      view_case(
          "diagonal", "diagonal", {2, 3, 4}, [](const Tensor& x) { return diagonal(x, 1); }, {2, 3},
          [](const Dims& at) {
            return Dims{at[0], at[1], at[1] + 1};
          },
          {LEPTON_FAILS("[diagonal] needs at least two axes, got [3]", diagonal(zeros({3})))}),
      view_case(
          "meshgrid", "meshgrid", {4},
          [](const Tensor& x) {
            return meshgrid({x.slice(0, 0, 2), x})[1];
          },
          {2, 4}, [](const Dims& at) { return Dims{at[1]}; },
          {LEPTON_FAILS("[meshgrid] takes 1-D tensors, not [3, 7]", meshgrid({matrix}))}),
  };
}

inline OpCases turning_cases() {
  const Tensor matrix = zeros({3, 7});
  // Rows and columns of a band, from a matrix that has them as elements.
  const auto indices = [](std::string name, Tensor (*call)(Device), bool (*inside)(std::int64_t, std::int64_t)) {
    Array right({2, 0});
    for (const bool row : {true, false})
      for (std::int64_t i = 0; i < 4; ++i)
        for (std::int64_t j = 0; j < 5; ++j)
          if (inside(i, j)) right.values.push_back(double(row ? i : j));
    right.shape[1] = std::int64_t(right.values.size()) / 2;
    return OpCase{.name = name,
                  .op = name,
                  .call = [call](const Tensors& x) { return call(x[0].device()); },
                  .reference = [right](const Arrays&) { return right; },
                  .inputs = {{real({})}},
                  .derivatives = 0,
                  .wrong = {LEPTON_FAILS("[tri", name == "tril_indices" ? tril_indices(-1, 2) : triu_indices(2, -1))}};
  };
  return {
      view_case("tensor_split", "tensor_split", {3, 7}, [](const Tensor& x) { return tensor_split(x, 3, 1)[1]; }, {3, 2},
                [](const Dims& at) {
                  return Dims{at[0], at[1] + 3};
                },
                {LEPTON_FAILS("[tensor_split] needs at least one piece, not 0", tensor_split(matrix, 0))}),
      reshape_case("unflatten", "unflatten", {2, 12, 2}, {2, 3, 4, 2},
                   [](const Tensor& x) {
                     return unflatten(x, 1, {3, -1});
                   },
                   {LEPTON_FAILS("[unflatten] [2, 3] does not make up the 7 of axis 1 of [3, 7]",
                                 unflatten(matrix, 1, {2, 3}))}),
      view_case("rot90", "rot90", {3, 7}, [](const Tensor& x) { return rot90(x); }, {7, 3},
                [](const Dims& at) {
                  return Dims{at[1], 6 - at[0]};
                },
                {LEPTON_FAILS("[rot90] needs two axes of [3, 7], not one twice", rot90(matrix, 1, 1, -1))}),
      view_case("rot90_back", "rot90", {3, 7}, [](const Tensor& x) { return rot90(x, -1); }, {7, 3},
                [](const Dims& at) {
                  return Dims{2 - at[1], at[0]};
                }),
      indices("tril_indices", +[](Device d) { return tril_indices(4, 5, -1, d); },
              +[](std::int64_t i, std::int64_t j) { return j <= i - 1; }),
      indices("triu_indices", +[](Device d) { return triu_indices(4, 5, 1, d); },
              +[](std::int64_t i, std::int64_t j) { return j >= i + 1; }),
      {.name = "block_diag",
       .op = "block_diag",
       .call = [](const Tensors& x) { return block_diag({x[0], x[1]}); },
       .reference =
           [](const Arrays& x) {
             const std::int64_t m = x[0].size(0), n = x[0].size(1);
             return generate({m + x[1].size(0), n + x[1].size(1)}, [&](const Dims& at) {
               if (at[0] < m) return at[1] < n ? x[0](at) : 0.0;
               return at[1] < n ? 0.0 : x[1]({at[0] - m, at[1] - n});
             });
           },
       .inputs = {{real({2, 3}), real({1, 2})}, {real({1, 1}), real({2, 2})}},
       .wrong = {LEPTON_FAILS("[block_diag] takes matrices, not [3]", block_diag({zeros({3})})),
                 LEPTON_FAILS("[block_diag] of no matrix", block_diag({}))}},
  };
}

/// A row whose result has zeros, or a value, where `places` gives no place of x.
inline OpCase filled_case(std::string name, std::string op, const Shape& input,
                          std::function<Tensor(const Tensor&)> call, const Shape& shape,
                          std::function<bool(Dims&)> place, double other, std::vector<Wrong> wrong = {}) {
  return {.name = std::move(name),
          .op = std::move(op),
          .call = [call](const Tensors& x) { return call(x[0]); },
          .reference =
              [=](const Arrays& x) {
                return generate(shape, [&](Dims at) { return place(at) ? x[0](at) : other; });
              },
          .inputs = {{real(input)}},
          .wrong = std::move(wrong),
          .dtypes = {f16, bf16, i8, i32, i64}};
}

inline OpCases padding_cases() {
  const auto inside = [](std::int64_t top, std::int64_t left) {
    return [=](Dims& at) {
      at[0] -= top;
      at[1] -= left;
      return at[0] >= 0 && at[0] < 3 && at[1] >= 0 && at[1] < 4;
    };
  };
  const Tensor matrix = zeros({3, 4});
  return {
      filled_case("pad", "pad", {3, 4},
                  [](const Tensor& x) {
                    return pad(x, {{1, 0}, {2, 3}}, PadMode::constant, 5);
                  },
                  {4, 9}, inside(1, 2), 5,
                  {LEPTON_FAILS("[pad] 3 pairs of sides for [3, 4]", pad(matrix, {{}, {}, {}})),
                   LEPTON_FAILS("[pad] axis 1 of [3, 4] cannot get 4 before and 0 behind",
                                pad(matrix, {{4, 0}}, PadMode::reflect)),
                   LEPTON_FAILS("[pad] axis 1 of [3, 4] cannot get -3 before and -2 behind",
                                pad(matrix, {{-3, -2}}))}),
      filled_case(
          "pad_negative", "pad", {3, 4},
          [](const Tensor& x) {
            return pad(x, {{-1, 1}, {1, -2}});
          },
          {3, 3},
          [](Dims& at) {
            at[0] += 1;
            at[1] -= 1;
            return at[0] < 3 && at[1] >= 0;
          },
          0),
      view_case(
          "pad_reflect", "pad", {3, 4},
          [](const Tensor& x) {
            return pad(x, {{2, 1}, {0, 3}}, PadMode::reflect);
          },
          {6, 7},
          [](const Dims& at) {
            const std::int64_t r = std::abs(at[0] - 2);
            return Dims{r > 2 ? 4 - r : r, at[1] > 3 ? 6 - at[1] : at[1]};
          }),
      view_case(
          "pad_replicate", "pad", {3, 4},
          [](const Tensor& x) {
            return pad(x, {{5, 1}}, PadMode::replicate);
          },
          {3, 10},
          [](const Dims& at) {
            return Dims{at[0], std::clamp<std::int64_t>(at[1] - 5, 0, 3)};
          }),
      view_case(
          "pad_circular", "pad", {3, 4},
          [](const Tensor& x) {
            return pad(x, {{3, 2}, {}}, PadMode::circular);
          },
          {8, 4},
          [](const Dims& at) {
            return Dims{at[0] % 3, at[1]};
          }),
      filled_case(
          "tril", "tril", {4, 5}, [](const Tensor& x) { return tril(x, 1); }, {4, 5},
          [](Dims& at) { return at[1] - at[0] <= 1; }, 0,
          {LEPTON_FAILS("[tril] needs at least two axes, got [3]", tril(zeros({3})))}),
      filled_case(
          "triu", "triu", {2, 4, 5}, [](const Tensor& x) { return triu(x); }, {2, 4, 5},
          [](Dims& at) { return at[2] >= at[1]; }, 0,
          {LEPTON_FAILS("[triu] needs at least two axes, got [3]", triu(zeros({3})))}),
      filled_case(
          "diag_embed", "diag_embed", {2, 3}, [](const Tensor& x) { return diag_embed(x, -1); }, {2, 4, 4},
          [](Dims& at) {
            const std::int64_t row = at[1], column = at[2];
            at = Dims{at[0], column};
            return row == column + 1;
          },
          0, {LEPTON_FAILS("[diag_embed] needs at least one axis, got a scalar", diag_embed(zeros({})))}),
  };
}

inline OpCases einsum_cases() {
  const auto row = [](std::string name, std::string op, std::function<Tensor(const Tensors&)> call,
                      std::function<Array(const Arrays&)> reference, std::vector<Inputs> inputs,
                      std::vector<Wrong> wrong) {
    return OpCase{.name = std::move(name),
                  .op = std::move(op),
                  .call = std::move(call),
                  .reference = std::move(reference),
                  .inputs = std::move(inputs),
                  .wrong = std::move(wrong)};
  };
  const auto outer_of = [](const Arrays& x) {
    return generate({x[0].size(0), x[1].size(0)},
                    [&](const Dims& at) { return x[0]({at[0]}) * x[1]({at[1]}); });
  };
  const Tensor matrix = zeros({2, 3}), row3 = zeros({3});
  return {
      row(
          "einsum", "einsum", [](const Tensors& x) { return einsum("bij,bjk->kb", x); },
          [](const Arrays& x) {
            return generate({x[1].size(2), x[0].size(0)}, [&](const Dims& at) {
              double total = 0;
              for (std::int64_t i = 0; i < x[0].size(1); ++i)
                for (std::int64_t j = 0; j < x[0].size(2); ++j)
                  total += x[0]({at[1], i, j}) * x[1]({at[1], j, at[0]});
              return total;
            });
          },
          {{real({2, 3, 4}), real({2, 4, 2})}},
          {LEPTON_FAILS("[einsum] i is both 2 and 3", einsum("ij,i->j", {matrix, row3})),
           LEPTON_FAILS("[einsum] ijk does not name the axes of [2, 3]", einsum("ijk->i", {matrix})),
           LEPTON_FAILS("[einsum] ij,jk->ik names 2 operands, given 1", einsum("ij,jk->ik", {matrix})),
           LEPTON_FAILS("[einsum] letters name axes, not '.'", einsum("..i->i", {matrix})),
           LEPTON_FAILS("[einsum] k behind the arrow must stand once before it",
                        einsum("ij->ik", {matrix}))}),
      row(
          "einsum_three", "einsum", [](const Tensors& x) { return einsum("ij, jk, k", x); },
          [](const Arrays& x) {
            return generate({x[0].size(0)}, [&](const Dims& at) {
              double total = 0;
              for (std::int64_t j = 0; j < x[0].size(1); ++j)
                for (std::int64_t k = 0; k < x[2].size(0); ++k)
                  total += x[0]({at[0], j}) * x[1]({j, k}) * x[2]({k});
              return total;
            });
          },
          {{real({2, 3}), real({3, 4}), real({4})}}, {}),
      row(
          "einsum_diagonal", "einsum", [](const Tensors& x) { return einsum("iji->j", x); },
          [](const Arrays& x) {
            return generate({x[0].size(1)}, [&](const Dims& at) {
              double total = 0;
              for (std::int64_t i = 0; i < x[0].size(0); ++i) total += x[0]({i, at[0], i});
              return total;
            });
          },
          {{real({3, 2, 3})}}, {}),
      row("outer", "outer", [](const Tensors& x) { return outer(x[0], x[1]); }, outer_of,
          {{real({3}), real({4})}, {real({0}), real({2})}},
          {LEPTON_FAILS("[outer] takes two vectors, not [2, 3] and [3]", outer(matrix, row3))}),
      row(
          "dot", "dot", [](const Tensors& x) { return dot(x[0], x[1]); },
          [](const Arrays& x) {
            double total = 0;
            for (std::size_t i = 0; i < x[0].values.size(); ++i) total += x[0].values[i] * x[1].values[i];
            return Array({}, {total});
          },
          {{real({5}), real({5})}},
          {LEPTON_FAILS("[dot] takes two vectors of one size, not [2] and [3]", dot(zeros({2}), row3))}),
  };
}

}  // namespace lepton::op_cases
