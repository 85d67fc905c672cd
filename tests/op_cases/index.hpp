// Rows of choosing by index.
#pragma once

#include "lepton/ops/index.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

inline OpCases index_cases() {
  const auto chosen = [](int axis) {
    return [axis](const Arrays& x) {
      Shape shape = x[0].shape;
      shape[axis] = x[1].size(0);
      return generate(shape, [&](Dims at) {
        at[axis] = std::int64_t(x[1]({at[axis]}));
        return x[0](at);
      });
    };
  };
  const Tensor ids = zeros({2}, {.dtype = i64}), beyond = full({2}, 4, {.dtype = i64});
  return {
      {.name = "index_select",
       .op = "index_select",
       .call = [](const Tensors& x) { return index_select(x[0], 0, x[1]); },
       .reference = chosen(0),
       .inputs = {{real({4, 3}), index_below(4, {6})},
                  {real({5}), index_below(5, {2})},
                  {real({3, 2, 2}), index_below(3, {0})},
                  {real({3, 0}), index_below(3, {2})}},
       .wrong = {LEPTON_FAILS("[index_select] axis 2 is out of range for a tensor with 2 axes",
                              index_select(zeros({4, 3}), 2, ids)),
                 LEPTON_FAILS("[index_select] needs a 1-D index of type i64, got [2] f32",
                              index_select(zeros({4, 3}), 0, zeros({2}))),
                 LEPTON_FAILS("[index_select] index 4 at place 0 is outside [0, 4)",
                              index_select(zeros({4, 3}), 0, beyond)),
                 LEPTON_FAILS("[index_select] a scalar has no axis to choose from",
                              index_select(zeros({}), 0, ids))},
       .large = {real({500, 257}), index_below(500, {1500})},
       .dtypes = kAnyDType},
      {.name = "index_select_columns",
       .op = "index_select",
       .call = [](const Tensors& x) { return index_select(x[0], -1, x[1]); },
       .reference = [chosen](const Arrays& x) { return chosen(x[0].shape.rank() - 1)(x); },
       .inputs = {{real({3, 4}), index_below(4, {5})}, {real({2, 3, 4}), index_below(4, {2})}},
       .large = {real({300, 500}), index_below(500, {900})},
       .dtypes = kAnyDType},
      {.name = "embedding",
       .op = "embedding(Tensor, Tensor)",
       .call = [](const Tensors& x) { return embedding(x[0], x[1]); },
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
       .inputs = {{real({5, 3}), index_below(5, {2, 4})},
                  {real({4, 2}), index_below(4, {})},
                  {real({4, 2}), index_below(4, {0})}},
       .wrong = {LEPTON_FAILS("[embedding] weight must be [V, D], got [4]", embedding(zeros({4}), ids)),
                 LEPTON_FAILS("[embedding] ids must be i64, not f32", embedding(zeros({4, 3}), zeros({2}))),
                 LEPTON_FAILS("[embedding] ", embedding(zeros({4, 3}), beyond))},
       .large = {real({1000, 64}), index_below(1000, {64, 100})}},
      {.name = "one_hot",
       .op = "one_hot",
       .call = [](const Tensors& x) { return one_hot(x[0], 5); },
       .reference =
           [](const Arrays& x) {
             Shape shape = x[0].shape;
             shape.push_back(5);
             return generate(shape, [&](Dims at) {
               const double place = double(at.back());
               at.erase(at.rank() - 1);
               return double(x[0](at) == place);
             });
           },
       .inputs = {{index_below(5, {7})}, {index_below(5, {0})}, {index_below(5, {2, 3})}, {index_below(5, {})}},
       .derivatives = 0,
       .wrong = {LEPTON_FAILS("[one_hot] ids must be i64, not f32", one_hot(zeros({2, 2}), 3))},
       .large = {index_below(5, {100000})}},
  };
}

}  // namespace lepton::op_cases
