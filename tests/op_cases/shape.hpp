// Rows of views and joining: the free functions, and the methods of Tensor that give a tensor.
#pragma once

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/shape.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

using Places = std::function<Dims(const Dims&)>;

/// A row for a rearrangement: the result has `shape`, and its element at an index is x's at places(index).
inline OpCase view_case(std::string name, std::string op, const Shape& input, std::function<Tensor(const Tensor&)> call,
                        const Shape& shape, Places places, std::vector<Wrong> wrong = {}) {
  return {.name = std::move(name),
          .op = std::move(op),
          .call = [call](const Tensors& x) { return call(x[0]); },
          .reference = [shape, places](const Arrays& x) {
            return generate(shape, [&](const Dims& at) { return x[0](places(at)); });
          },
          .inputs = {{real(input)}},
          .wrong = std::move(wrong),
          .dtypes = kAnyDType};
}

/// Places for a reshape from `from` to `to`: the same number in row-major order.
inline Places row_major(const Shape& from, const Shape& to) {
  return [from, to](const Dims& at) {
    std::int64_t number = 0;
    for (int i = 0; i < to.rank(); ++i) number = number * to[i] + at[i];
    Dims place = from;
    for (int i = from.rank() - 1; i >= 0; --i) {
      place[i] = number % from[i];
      number /= from[i];
    }
    return place;
  };
}

inline OpCase reshape_case(std::string name, std::string op, const Shape& from, const Shape& to,
                           std::function<Tensor(const Tensor&)> call, std::vector<Wrong> wrong = {}) {
  return view_case(std::move(name), std::move(op), from, std::move(call), to, row_major(from, to), std::move(wrong));
}

inline OpCases reshape_cases() {
  const Shape box{2, 3, 4};
  return {
      reshape_case("reshape", "reshape", box, {4, 3, 2}, [](const Tensor& x) { return reshape(x, {4, -1, 2}); },
                   {{[] { reshape(zeros({2, 3}), {4, 2}); }, "[reshape] [2, 3] has 6 elements, [4, 2] has 8"},
                    {[] { reshape(zeros({2, 3}), {-1, -1}); }, "[reshape] more than one -1 in [-1, -1]"},
                    {[] { reshape(zeros({2, 3}), {-1, 4}); }, "[reshape] [2, 3] has no shape [-1, 4]"}}),
      reshape_case("reshape_to_scalar", "reshape", {1, 1}, {}, [](const Tensor& x) { return reshape(x, {}); }),
      reshape_case("reshape_empty", "reshape", {0, 3}, {2, 0, 5}, [](const Tensor& x) { return reshape(x, {2, 0, 5}); }),
      reshape_case("method_reshape", "Tensor::reshape", box, {6, 4}, [](const Tensor& x) { return x.reshape({6, -1}); },
                   {{[] { zeros({2, 3}).reshape({7}); }, "[reshape] [2, 3] has 6 elements, [7] has 7"}}),
      reshape_case("flatten", "flatten", box, {2, 12}, [](const Tensor& x) { return flatten(x); },
                   {{[] { flatten(zeros({3})); }, "[flatten] axis 1 is out of range for a tensor with 1 axes"}}),
      reshape_case("method_flatten", "Tensor::flatten", {2, 3, 2, 2}, {2, 6, 2}, [](const Tensor& x) { return x.flatten(1, -2); },
                   {{[] { zeros({2, 3}).flatten(2); }, "[flatten] axis 2 is out of range for a tensor with 2 axes"}}),
      reshape_case("squeeze", "Tensor::squeeze", {3, 1, 2}, {3, 2}, [](const Tensor& x) { return x.squeeze(-2); },
                   {{[] { zeros({2, 3}).squeeze(0); }, "[squeeze] axis 0 of [2, 3] is not 1"},
                    {[] { zeros({}).squeeze(0); }, "[squeeze] "}}),
      reshape_case("unsqueeze", "Tensor::unsqueeze", {3, 2}, {3, 2, 1}, [](const Tensor& x) { return x.unsqueeze(-1); },
                   {{[] { zeros({2, 3}).unsqueeze(4); }, "[unsqueeze] axis 4 is out of range for a tensor with 3 axes"}}),
  };
}

inline OpCases view_cases() {
  const Shape box{2, 3, 4};
  const Places turned = [](const Dims& at) { return Dims{at[1], at[2], at[0]}; };
  const Places swapped = [](const Dims& at) { return Dims{at[1], at[0]}; };
  const Places stretched_rows = [](const Dims& at) { return Dims{0, at[2]}; };
  const Places every_second = [](const Dims& at) { return Dims{at[0], 1 + 2 * at[1]}; };
  return {
      view_case("permute", "permute", box, [](const Tensor& x) { return permute(x, {2, 0, -2}); }, {4, 2, 3}, turned,
                {{[] { permute(zeros({2, 3}), {0}); }, "[permute] [0] does not name every axis of [2, 3]"},
                 {[] { permute(zeros({2, 3}), {1, -1}); }, "[permute] axis 1 twice in [1, -1]"}}),
      view_case("method_permute", "Tensor::permute", box, [](const Tensor& x) { return x.permute({2, 0, 1}); }, {4, 2, 3}, turned,
                {{[] { zeros({2, 3}).permute({0, 2}); }, "[permute] axis 2 is out of range for a tensor with 2 axes"}}),
      view_case("transpose", "Tensor::transpose", {3, 4}, [](const Tensor& x) { return x.transpose(); }, {4, 3}, swapped,
                {{[] { zeros({2, 3}).transpose(0, 2); }, "[transpose] axis 2 is out of range for a tensor with 2 axes"}}),
      view_case("expand", "expand", {1, 4}, [](const Tensor& x) { return expand(x, {2, 3, 4}); }, {2, 3, 4}, stretched_rows,
                {{[] { expand(zeros({2, 3}), {2, 4}); }, "[expand] shapes do not broadcast: [2, 3] and [2, 4]"},
                 {[] { expand(zeros({2, 3}), {3}); }, "[expand] [2, 3] does not stretch to [3]"}}),
      view_case("method_expand", "Tensor::expand", {1, 4}, [](const Tensor& x) { return x.expand({2, 3, 4}); }, {2, 3, 4},
                stretched_rows, {{[] { zeros({2, 3}).expand({4, 3}); }, "[expand] shapes do not broadcast: [2, 3] and [4, 3]"}}),
      view_case("slice", "slice", {3, 6}, [](const Tensor& x) { return slice(x, 1, 1, 6, 2); }, {3, 3}, every_second,
                {{[] { slice(zeros({2, 3}), 2, 0, 1); }, "[slice] axis 2 is out of range for a tensor with 2 axes"},
                 {[] { slice(zeros({2, 3}), 0, 0, 1, 0); }, "[slice] step must be at least 1, got 0"},
                 {[] { slice(zeros({}), 0, 0, 1); }, "[slice] a scalar has no axis to slice"}}),
      view_case("method_slice", "Tensor::slice", {3, 6}, [](const Tensor& x) { return x.slice(-1, -5, -1, 2); }, {3, 2},
                every_second, {{[] { zeros({2}).slice(1, 0); }, "[slice] axis 1 is out of range for a tensor with 1 axes"}}),
      view_case("slice_nothing", "Tensor::slice", {3, 6}, [](const Tensor& x) { return x.slice(1, 4, 2); }, {3, 0}, every_second),
      view_case("select", "Tensor::select", {3, 4}, [](const Tensor& x) { return x.select(1, -2); }, {3},
                [](const Dims& at) { return Dims{at[0], 2}; },
                {{[] { zeros({2, 3}).select(1, 3); }, "[select] index 3 is out of range for axis 1 of [2, 3]"},
                 {[] { zeros({2, 3}).select(1, -4); }, "[select] index -4 is out of range for axis 1 of [2, 3]"}}),
      view_case("subscript", "Tensor::operator[]", {3, 4}, [](const Tensor& x) { return x[1]; }, {4},
                [](const Dims& at) { return Dims{1, at[0]}; },
                {{[] { zeros({2, 3})[2]; }, "[select] index 2 is out of range for axis 0 of [2, 3]"}}),
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
       .wrong = {{[] { cat({zeros({2, 3}), zeros({2, 4})}); }, "[cat] tensor 1 [2, 4] does not fit [2, 3] along axis 0"},
                 {[] { cat({}); }, "[cat] needs at least one tensor"},
                 {[] { cat({zeros({}), zeros({})}); }, "[cat] scalars have no axis to be joined along; use stack"},
                 {[] { cat({zeros({2})}, 1); }, "[cat] axis 1 is out of range for a tensor with 1 axes"}},
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
       .wrong = {{[] { stack({zeros({2, 3}), zeros({3, 2})}); }, "[stack] shapes differ: [2, 3] and [3, 2]"},
                 {[] { stack({}); }, "[stack] needs at least one tensor"},
                 {[] { stack({zeros({2})}, 2); }, "[stack] axis 2 is out of range"}},
       .large = {real({500, 400}), real({500, 400})},
       .dtypes = kAnyDType},
  };
}

}  // namespace lepton::op_cases
