// Rows of bags of ids.
#pragma once

#include <cmath>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/embedding.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

/// The rows of table that ids [B, L] name, joined: sum, mean or max. `factor` is [B, L] or null, `padding` an id.
inline Array joined(const Array& table, const Array& ids, BagMode mode, const Array* factor, double padding) {
  return generate({ids.size(0), table.size(1)}, [&](const Dims& at) {
    double sum = 0, most = 0, count = 0;
    for (std::int64_t k = 0; k < ids.size(1); ++k) {
      const double id = ids({at[0], k});
      if (id == padding) continue;
      const double v = table({std::int64_t(id), at[1]});
      most = count == 0 ? v : std::fmax(most, v);
      sum += factor ? v * (*factor)({at[0], k}) : v;
      ++count;
    }
    return mode == BagMode::max ? most : mode == BagMode::sum ? sum : count > 0 ? sum / count : 0;
  });
}

/// ids [B, L] one after the other, and where each bag begins.
inline std::pair<Tensor, Tensor> flat_bags(const Tensor& ids) {
  const std::int64_t bags = ids.size(0), width = ids.size(1);
  return {ids.reshape({bags * width}),
          arange(0, double(bags), 1, {.dtype = i64, .device = ids.device()}) * double(width)};
}

inline OpCases embedding_cases() {
  const Tensor ids = zeros({2, 3}, {.dtype = i64}), flat = zeros({3}, {.dtype = i64});
  return {
      {.name = "embedding_padded",
       .op = "embedding(Tensor, Tensor, int64_t)",
       .call = [](const Tensors& x) { return embedding(x[0], x[1] + 1, 0); },  // the padded row never occurs
       .reference =
           [](const Arrays& x) {
             return generate({x[1].size(0), x[0].size(1)}, [&](const Dims& at) {
               return x[0]({std::int64_t(x[1]({at[0]})) + 1, at[1]});
             });
           },
       .inputs = {{real({5, 3}), index_below(4, {6})}, {real({5, 20}), index_below(4, {3})}},
       .wrong = {LEPTON_FAILS("[embedding] padding_idx 4 is no row of [4, 2]",
                              embedding(zeros({4, 2}), ids, 4)),
                 LEPTON_FAILS("[embedding] index 9 at place 0 is outside [0, 4)",
                              embedding(zeros({4, 2}), full({1}, 9, {.dtype = i64}), 0)),
                 LEPTON_FAILS("[embedding] ids must be i64, not f32",
                              embedding(zeros({4, 2}), zeros({2}), 0))},
       .large = {real({500, 70}), index_below(499, {3000})}},
      {.name = "embedding_bag",
       .op = "embedding_bag",
       .call =
           [](const Tensors& x) {
             return embedding_bag(x[0], x[1], {}, {.mode = BagMode::sum, .per_sample_weights = x[2]});
           },
       .reference = [](const Arrays& x) { return joined(x[0], x[1], BagMode::sum, &x[2], -1); },
       .inputs = {{real({5, 3}), index_below(5, {2, 4}), real({2, 4})},
                  {real({4, 17}), index_below(4, {3, 1}), real({3, 1})}},
       .derivatives = 1,
       .wrong = {LEPTON_FAILS("[embedding_bag] needs ids [B, L], or offsets; got ids [3]",
                              embedding_bag(zeros({4, 2}), flat)),
                 LEPTON_FAILS(
                     "[embedding_bag] needs ids [N] and offsets [B] of type i64, got [2, 3] and [3] i64",
                     embedding_bag(zeros({4, 2}), ids, flat)),
                 LEPTON_FAILS("[embedding_bag] offset 9 of bag 0 is out of order; they go from 0 to 3",
                              embedding_bag(zeros({4, 2}), flat, full({1}, 9, {.dtype = i64}))),
                 LEPTON_FAILS("[embedding_bag] id 7 at place 0 is outside [0, 4)",
                              embedding_bag(zeros({4, 2}), full({1, 1}, 7, {.dtype = i64}))),
                 LEPTON_FAILS("[embedding_bag] per_sample_weights are for BagMode::sum",
                              embedding_bag(zeros({4, 2}), ids, {}, {.per_sample_weights = zeros({2, 3})}))},
       .large = {real({500, 70}), index_below(500, {300, 10}), real({300, 10})}},
      {.name = "embedding_bag_offsets",
       .op = "embedding_bag",
       .call =
           [](const Tensors& x) {
             const auto [places, offsets] = flat_bags(x[1]);
             return embedding_bag(x[0], places, offsets, {.padding_idx = -1});
           },
       .reference =
           [](const Arrays& x) {
             return joined(x[0], x[1], BagMode::mean, nullptr, double(x[0].size(0) - 1));
           },
       .inputs = {{real({4, 3}), index_below(4, {3, 3})}, {real({3, 16}), index_below(3, {2, 4})}},
       .large = {real({500, 70}), index_below(500, {300, 10})}},
      {.name = "embedding_bag_max",
       .op = "embedding_bag",
       .call = [](const Tensors& x) { return embedding_bag(x[0], x[1], {}, {.mode = BagMode::max}); },
       .reference = [](const Arrays& x) { return joined(x[0], x[1], BagMode::max, nullptr, -1); },
       .inputs = {{distinct({4, 3}), index_below(4, {3, 3})}},
       .derivatives = 1},
  };
}

}  // namespace lepton::op_cases
