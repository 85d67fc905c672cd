// The row of the loss of sequences.
#pragma once

#include <cmath>

#include "lepton/ops/cast.hpp"
#include "lepton/ops/ctc_loss.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

/// Probability that the steps t.. of sample n give what is left of a target, if they were in class `last` before.
/// Every path is walked.
inline double paths(const Array& x, std::int64_t n, const std::vector<std::int64_t>& left, std::int64_t last,
                    std::int64_t t) {
  if (t == x.size(0)) return left.empty() ? 1 : 0;
  double total = 0;
  for (std::int64_t c = 0; c < x.size(2); ++c) {
    std::vector<std::int64_t> rest = left;
    if (c != 0 && c != last) {
      if (rest.empty() || rest.front() != c) continue;
      rest.erase(rest.begin());
    }
    total += std::exp(x({t, n, c})) * paths(x, n, rest, c, t + 1);
  }
  return total;
}

inline OpCases ctc_loss_cases() {
  const Tensor ids = ones({2, 2}, {.dtype = i64}), two = full({2}, 2, {.dtype = i64});
  return {
      {.name = "ctc_loss",
       .op = "ctc_loss",
       .call =
           [](const Tensors& x) {  // targets are 1 + what is drawn, so that none is the blank
             const std::int64_t n = x[0].size(1);
             return ctc_loss(x[0], x[1] + 1, full({n}, double(x[0].size(0)), {i64, x[0].device()}),
                             full({n}, double(x[1].size(1)), {i64, x[0].device()}),
                             {.reduction = Reduction::none});
           },
       .reference =
           [](const Arrays& x) {
             return generate({x[0].size(1)}, [&](const Dims& at) {
               std::vector<std::int64_t> target;
               for (std::int64_t k = 0; k < x[1].size(1); ++k)
                 target.push_back(1 + std::int64_t(x[1]({at[0], k})));
               return -std::log(paths(x[0], at[0], target, 0, 0));
             });
           },
       .inputs = {{real({5, 2, 3}, -3, 0), index_below(2, {2, 2})},
                  {real({6, 1, 4}, -3, 0), index_below(3, {1, 3})}},
       .derivatives = 1,
       .wrong = {LEPTON_FAILS("[ctc_loss] needs log-probabilities [T, N, C], got [3, 2]",
                              ctc_loss(zeros({3, 2}), ids, two, two)),
                 LEPTON_FAILS("[ctc_loss] lengths are [2] and [2], not [3]",
                              ctc_loss(zeros({4, 3, 5}), ids, two, two)),
                 LEPTON_FAILS("[ctc_loss] targets and lengths are i64, not f32",
                              ctc_loss(zeros({4, 2, 5}), zeros({2, 2}), two, two)),
                 LEPTON_FAILS("[ctc_loss] input length 2 of sample 0 is outside [1, 1]",
                              ctc_loss(zeros({1, 2, 5}), ids, two, two)),
                 LEPTON_FAILS("[ctc_loss] target 1 of sample 0 is no class but the blank of 5",
                              ctc_loss(zeros({4, 2, 5}), ids, two, two, {.blank = 1}))},
       .large = {}},
  };
}

}  // namespace lepton::op_cases
