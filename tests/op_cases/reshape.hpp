// Rows of views that keep the order of the elements: reshape, flatten, squeeze, unsqueeze.
#pragma once

#include "lepton/ops/shape.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

using Places = std::function<Dims(const Dims&)>;

/// A row for a rearrangement: the result has `shape`, and its element at an index is x's at places(index).
inline OpCase view_case(std::string name, std::string op, const Shape& input,
                        std::function<Tensor(const Tensor&)> call, const Shape& shape, Places places,
                        std::vector<Wrong> wrong = {}) {
  return {.name = std::move(name),
          .op = std::move(op),
          .call = [call](const Tensors& x) { return call(x[0]); },
          .reference =
              [shape, places](const Arrays& x) {
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
  return view_case(std::move(name), std::move(op), from, std::move(call), to, row_major(from, to),
                   std::move(wrong));
}

inline OpCases reshape_cases() {
  const Shape box{2, 3, 4};
  return {
      reshape_case(
          "reshape", "reshape", box, {4, 3, 2},
          [](const Tensor& x) {
            return reshape(x, {4, -1, 2});
          },
          {LEPTON_FAILS("[reshape] [2, 3] has 6 elements, [4, 2] has 8", reshape(zeros({2, 3}), {4, 2})),
           LEPTON_FAILS("[reshape] more than one -1 in [-1, -1]", reshape(zeros({2, 3}), {-1, -1})),
           LEPTON_FAILS("[reshape] [2, 3] has no shape [-1, 4]", reshape(zeros({2, 3}), {-1, 4}))}),
      reshape_case("reshape_to_scalar", "reshape", {1, 1}, {},
                   [](const Tensor& x) { return reshape(x, {}); }),
      reshape_case("reshape_empty", "reshape", {0, 3}, {2, 0, 5},
                   [](const Tensor& x) {
                     return reshape(x, {2, 0, 5});
                   }),
      reshape_case("method_reshape", "Tensor::reshape", box, {6, 4},
                   [](const Tensor& x) {
                     return x.reshape({6, -1});
                   },
                   {LEPTON_FAILS("[reshape] [2, 3] has 6 elements, [7] has 7", zeros({2, 3}).reshape({7}))}),
      reshape_case(
          "flatten", "flatten", box, {2, 12}, [](const Tensor& x) { return flatten(x); },
          {LEPTON_FAILS("[flatten] axis 1 is out of range for a tensor with 1 axes", flatten(zeros({3})))}),
      reshape_case("method_flatten", "Tensor::flatten", {2, 3, 2, 2}, {2, 6, 2},
                   [](const Tensor& x) { return x.flatten(1, -2); },
                   {LEPTON_FAILS("[flatten] axis 2 is out of range for a tensor with 2 axes",
                                 zeros({2, 3}).flatten(2))}),
      reshape_case("squeeze", "Tensor::squeeze", {3, 1, 2}, {3, 2},
                   [](const Tensor& x) { return x.squeeze(-2); },
                   {LEPTON_FAILS("[squeeze] axis 0 of [2, 3] is not 1", zeros({2, 3}).squeeze(0)),
                    LEPTON_FAILS("[squeeze] ", zeros({}).squeeze(0))}),
      reshape_case("unsqueeze", "Tensor::unsqueeze", {3, 2}, {3, 2, 1},
                   [](const Tensor& x) { return x.unsqueeze(-1); },
                   {LEPTON_FAILS("[unsqueeze] axis 4 is out of range for a tensor with 3 axes",
                                 zeros({2, 3}).unsqueeze(4))}),
  };
}

}  // namespace lepton::op_cases
