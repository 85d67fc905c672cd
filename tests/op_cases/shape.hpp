// Rows of views that reorder, stretch or choose, and of joining.
#pragma once

#include "lepton/ops/shape.hpp"
#include "tests/op_cases/reshape.hpp"

namespace lepton::op_cases {

inline OpCases view_cases() {
  const Shape box{2, 3, 4};
  const Places turned = [](const Dims& at) { return Dims{at[1], at[2], at[0]}; };
  const Places swapped = [](const Dims& at) { return Dims{at[1], at[0]}; };
  const Places stretched_rows = [](const Dims& at) { return Dims{0, at[2]}; };
  const Places every_second = [](const Dims& at) { return Dims{at[0], 1 + 2 * at[1]}; };
  return {
      view_case(
          "permute", "permute", box,
          [](const Tensor& x) {
            return permute(x, {2, 0, -2});
          },
          {4, 2, 3}, turned,
          {LEPTON_FAILS("[permute] [0] does not name every axis of [2, 3]", permute(zeros({2, 3}), {0})),
           LEPTON_FAILS("[permute] axis 1 twice in [1, -1]", permute(zeros({2, 3}), {1, -1}))}),
      view_case("method_permute", "Tensor::permute", box,
                [](const Tensor& x) {
                  return x.permute({2, 0, 1});
                },
                {4, 2, 3}, turned,
                {LEPTON_FAILS("[permute] axis 2 is out of range for a tensor with 2 axes",
                              zeros({2, 3}).permute({0, 2}))}),
      view_case("transpose", "Tensor::transpose", {3, 4}, [](const Tensor& x) { return x.transpose(); },
                {4, 3}, swapped,
                {LEPTON_FAILS("[transpose] axis 2 is out of range for a tensor with 2 axes",
                              zeros({2, 3}).transpose(0, 2))}),
      view_case(
          "expand", "expand", {1, 4},
          [](const Tensor& x) {
            return expand(x, {2, 3, 4});
          },
          {2, 3, 4}, stretched_rows,
          {LEPTON_FAILS("[expand] shapes do not broadcast: [2, 3] and [2, 4]", expand(zeros({2, 3}), {2, 4})),
           LEPTON_FAILS("[expand] [2, 3] does not stretch to [3]", expand(zeros({2, 3}), {3}))}),
      view_case("method_expand", "Tensor::expand", {1, 4},
                [](const Tensor& x) {
                  return x.expand({2, 3, 4});
                },
                {2, 3, 4}, stretched_rows,
                {LEPTON_FAILS("[expand] shapes do not broadcast: [2, 3] and [4, 3]",
                              zeros({2, 3}).expand({4, 3}))}),
      view_case("slice", "slice", {3, 6}, [](const Tensor& x) { return slice(x, 1, 1, 6, 2); }, {3, 3},
                every_second,
                {LEPTON_FAILS("[slice] axis 2 is out of range for a tensor with 2 axes",
                              slice(zeros({2, 3}), 2, 0, 1)),
                 LEPTON_FAILS("[slice] step must be at least 1, got 0", slice(zeros({2, 3}), 0, 0, 1, 0)),
                 LEPTON_FAILS("[slice] a scalar has no axis to slice", slice(zeros({}), 0, 0, 1))}),
      view_case(
          "method_slice", "Tensor::slice", {3, 6}, [](const Tensor& x) { return x.slice(-1, -5, -1, 2); },
          {3, 2}, every_second,
          {LEPTON_FAILS("[slice] axis 1 is out of range for a tensor with 1 axes", zeros({2}).slice(1, 0))}),
      view_case(
          "slice_nothing", "Tensor::slice", {3, 6}, [](const Tensor& x) { return x.slice(1, 4, 2); }, {3, 0},
          every_second),
      view_case(
          "select", "Tensor::select", {3, 4}, [](const Tensor& x) { return x.select(1, -2); }, {3},
          [](const Dims& at) {
            return Dims{at[0], 2};
          },
          {LEPTON_FAILS("[select] index 3 is out of range for axis 1 of [2, 3]", zeros({2, 3}).select(1, 3)),
           LEPTON_FAILS("[select] index -4 is out of range for axis 1 of [2, 3]",
                        zeros({2, 3}).select(1, -4))}),
      view_case(
          "subscript", "Tensor::operator[]", {3, 4}, [](const Tensor& x) { return x[1]; }, {4},
          [](const Dims& at) {
            return Dims{1, at[0]};
          },
          {LEPTON_FAILS("[select] index 2 is out of range for axis 0 of [2, 3]", zeros({2, 3})[2])}),
  };
}

inline OpCases join_cases() {
  const auto joined = [](int axis) {
    return [axis](const Arrays& x) {
      Shape shape = x[0].shape;
      shape[axis] = 0;
      for (const Array& part : x) shape[axis] += part.shape[axis];
      return generate(shape, [&](Dims at) {
        std::size_t part = 0;
        for (; at[axis] >= x[part].shape[axis]; ++part) at[axis] -= x[part].shape[axis];
        return x[part](at);
      });
    };
  };
  const auto stacked = [](const Arrays& x) {
    Shape shape = x[0].shape;
    shape.push_back(std::int64_t(x.size()));
    return generate(shape, [&](Dims at) {
      const std::size_t part = std::size_t(at.back());
      at.erase(at.rank() - 1);
      return x[part](at);
    });
  };
  return {
      {.name = "cat",
       .op = "cat",
       .call = [](const Tensors& x) { return cat(x); },
       .reference = joined(0),
       .inputs = {{real({2, 3}), real({1, 3}), real({4, 3})}, {real({3})}, {real({0, 2}), real({2, 2})}},
       .wrong = {LEPTON_FAILS("[cat] tensor 1 [2, 4] does not fit [2, 3] along axis 0",
                              cat({zeros({2, 3}), zeros({2, 4})})),
                 LEPTON_FAILS("[cat] needs at least one tensor", cat({})),
                 LEPTON_FAILS("[cat] scalars have no axis to be joined along; use stack",
                              cat({zeros({}), zeros({})})),
                 LEPTON_FAILS("[cat] axis 1 is out of range for a tensor with 1 axes", cat({zeros({2})}, 1))},
       .large = {real({300, 1000}), real({200, 1000})},
       .dtypes = kAnyDType},
      {.name = "cat_last",
       .op = "cat",
       .call = [](const Tensors& x) { return cat(x, -1); },
       .reference = joined(1),
       .inputs = {{real({2, 3}), real({2, 1})}, {real({2, 0}), real({2, 2}), real({2, 0})}},
       .large = {real({1000, 300}), real({1000, 200})},
       .dtypes = kAnyDType},
      {.name = "stack",
       .op = "stack",
       .call = [](const Tensors& x) { return stack(x, -1); },
       .reference = stacked,
       .inputs = {{real({2, 3}), real({2, 3})}, {real({}), real({}), real({})}, {real({0}), real({0})}},
       .wrong = {LEPTON_FAILS("[stack] shapes differ: [2, 3] and [3, 2]",
                              stack({zeros({2, 3}), zeros({3, 2})})),
                 LEPTON_FAILS("[stack] needs at least one tensor", stack({})),
                 LEPTON_FAILS("[stack] axis 2 is out of range", stack({zeros({2})}, 2))},
       .large = {real({500, 400}), real({500, 400})},
       .dtypes = kAnyDType},
  };
}

}  // namespace lepton::op_cases
