// Rows of ops/products.hpp.
#pragma once

#include "lepton/ops/products.hpp"
#include "tests/op_cases/matmul.hpp"

namespace lepton::op_cases {

/// 2 x - 0.5 (a @ b), which the three calls with these numbers give.
inline Array mixed_product(const Arrays& x) {
  return zip(x[0], multiply(x[1], x[2]), [](double c, double p) { return 2 * c - 0.5 * p; });
}

inline OpCases product_of_matrices_cases() {
  const Tensor matrix = zeros({2, 3}), batch = zeros({2, 2, 3});
  const auto of_two = [](const Arrays& x) { return multiply(x[0], x[1]); };
  return {
      {.name = "bmm",
       .op = "bmm",
       .call = [](const Tensors& x) { return bmm(x[0], x[1]); },
       .reference = of_two,
       .inputs = {{real({2, 3, 4}), real({2, 4, 2})}, {real({0, 2, 3}), real({0, 3, 1})}},
       .wrong = {LEPTON_FAILS("[bmm] cannot multiply [2, 3] and [2, 2, 3]", bmm(matrix, batch)),
                 LEPTON_FAILS("[bmm] cannot multiply [2, 2, 3] and [1, 3, 2]",
                              bmm(batch, zeros({1, 3, 2})))}},
      {.name = "mv",
       .op = "mv",
       .call = [](const Tensors& x) { return mv(x[0], x[1]); },
       .reference = of_two,
       .inputs = {{real({3, 4}), real({4})}, {real({2, 0}), real({0})}},
       .wrong = {LEPTON_FAILS("[mv] cannot multiply [2, 3] and [2]", mv(matrix, zeros({2})))}},
      {.name = "addmm",
       .op = "addmm",
       .call = [](const Tensors& x) { return addmm(x[0], x[1], x[2], 2, -0.5); },
       .reference = mixed_product,
       .inputs = {{real({3, 2}), real({3, 4}), real({4, 2})}, {real({2}), real({3, 4}), real({4, 2})}},
       .wrong = {LEPTON_FAILS("[addmm] shapes do not broadcast: [4] and [2, 2]",
                              addmm(zeros({4}), matrix, zeros({3, 2}))),
                 LEPTON_FAILS("[addmm] [2, 1, 1] is larger than the product, [2, 2]",
                              addmm(zeros({2, 1, 1}), matrix, zeros({3, 2})))}},
      {.name = "baddbmm",
       .op = "baddbmm",
       .call = [](const Tensors& x) { return baddbmm(x[0], x[1], x[2], 2, -0.5); },
       .reference = mixed_product,
       .inputs = {{real({2, 3, 2}), real({2, 3, 4}), real({2, 4, 2})},
                  {real({1}), real({2, 1, 3}), real({2, 3, 2})}},
       .wrong = {LEPTON_FAILS("[baddbmm] cannot multiply [2, 3] and [2, 3]",
                              baddbmm(matrix, matrix, matrix))}},
      {.name = "addmv",
       .op = "addmv",
       .call = [](const Tensors& x) { return addmv(x[0], x[1], x[2], 2, -0.5); },
       .reference = mixed_product,
       .inputs = {{real({3}), real({3, 4}), real({4})}, {real({}), real({3, 4}), real({4})}},
       .wrong = {LEPTON_FAILS("[addmv] cannot multiply [2, 3] and [2]",
                              addmv(zeros({2}), matrix, zeros({2})))}},
  };
}

inline OpCases tensor_product_cases() {
  // Over j and k, written with loops: a [i, j, k], b [j, k, l].
  const auto over_two = [](const Arrays& x) {
    return generate({x[0].size(0), x[1].size(2)}, [&](const Dims& at) {
      double total = 0;
      for (std::int64_t j = 0; j < x[0].size(1); ++j)
        for (std::int64_t k = 0; k < x[0].size(2); ++k) total += x[0]({at[0], j, k}) * x[1]({j, k, at[1]});
      return total;
    });
  };
  const auto blocks = [](const Arrays& x) {
    const Array &a = x[0], &b = x[1];
    return generate({a.size(0) * b.size(0), a.size(1) * b.size(1)}, [&](const Dims& at) {
      return a({at[0] / b.size(0), at[1] / b.size(1)}) * b({at[0] % b.size(0), at[1] % b.size(1)});
    });
  };
  const auto vector_product = [](const Arrays& x) {
    return generate(broadcast(x[0].shape, x[1].shape, "cross"), [&](const Dims& at) {
      Dims next = at, last = at;
      next[at.rank() - 1] = (at[at.rank() - 1] + 1) % 3;
      last[at.rank() - 1] = (at[at.rank() - 1] + 2) % 3;
      return stretched(x[0], next) * stretched(x[1], last) - stretched(x[0], last) * stretched(x[1], next);
    });
  };
  const Tensor matrix = zeros({2, 3});
  return {
      {.name = "tensordot",
       .op = "tensordot(Tensor, Tensor, int64_t)",
       .call = [](const Tensors& x) { return tensordot(x[0], x[1]); },
       .reference = over_two,
       .inputs = {{real({2, 3, 4}), real({3, 4, 2})}},
       .wrong = {LEPTON_FAILS("[tensordot] cannot sum over 3 axes of [2, 3]", tensordot(matrix, matrix, 3)),
                 LEPTON_FAILS("[tensordot] axes [0, 1] of [2, 3] and [0, 1] of [3, 2] do not agree",
                              tensordot(matrix, zeros({3, 2})))}},
      {.name = "tensordot_axes",
       .op = "tensordot(Tensor, Tensor, Dims, Dims)",
       .call =
           [](const Tensors& x) {
             return tensordot(x[0].transpose(), x[1], {-1, 1}, {0, 1});
           },
       .reference = over_two,
       .inputs = {{real({2, 3, 4}), real({3, 4, 2})}},
       .wrong = {LEPTON_FAILS("[tensordot] axis 2 is out of range", tensordot(matrix, matrix, {2}, {0}))}},
      {.name = "kron",
       .op = "kron",
       .call = [](const Tensors& x) { return kron(x[0], x[1]); },
       .reference = blocks,
       .inputs = {{real({2, 3}), real({3, 2})}, {real({1, 2}), real({2, 0})}},
       .wrong = {LEPTON_FAILS("[tensor] is undefined", kron(Tensor(), matrix))}},
      {.name = "cross",
       .op = "cross",
       .call = [](const Tensors& x) { return cross(x[0], x[1]); },
       .reference = vector_product,
       .inputs = {{real({2, 3}), real({2, 3})}, {real({2, 1, 3}), real({4, 3})}},
       .wrong = {LEPTON_FAILS("[cross] needs an axis of size 3, got [2, 3] and [2, 3]",
                              cross(matrix, matrix, 0))}},
      {.name = "trace",
       .op = "trace",
       .call = [](const Tensors& x) { return trace(x[0]); },
       .reference =
           [](const Arrays& x) {
             double total = 0;
             for (std::int64_t i = 0; i < std::min(x[0].size(0), x[0].size(1)); ++i) total += x[0]({i, i});
             return Array({}, {total});
           },
       .inputs = {{real({3, 4})}, {real({2, 2})}, {real({0, 2})}},
       .wrong = {LEPTON_FAILS("[trace] takes a matrix, not [3]", trace(zeros({3})))},
       .dtypes = kIntegers},
  };
}

}  // namespace lepton::op_cases
