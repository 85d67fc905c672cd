// Rows of matrix products.
#pragma once

#include "lepton/ops/matmul.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

/// a @ b by three loops; 1-D operands become a row and a column, and lose that axis again.
inline Array multiply(Array a, Array b) {
  const bool row = a.shape.rank() == 1, column = b.shape.rank() == 1;
  if (row) a.shape.insert(0, 1);
  if (column) b.shape.push_back(1);
  Shape batch_a = a.shape, batch_b = b.shape;
  const std::int64_t m = a.size(a.shape.rank() - 2), k = a.shape.back(), n = b.shape.back();
  for (int i = 0; i < 2; ++i) {
    batch_a.erase(batch_a.rank() - 1);
    batch_b.erase(batch_b.rank() - 1);
  }
  Shape full = broadcast(batch_a, batch_b, "multiply");
  const int batch = full.rank();
  full.push_back(m);
  full.push_back(n);
  Array y = generate(full, [&](const Dims& at) {
    double total = 0;
    Dims left = at, right = at;
    for (std::int64_t p = 0; p < k; ++p) {
      left[batch + 1] = p;
      right[batch] = p;
      total += stretched(a, left) * stretched(b, right);
    }
    return total;
  });
  if (column) y.shape.erase(y.shape.rank() - 1);
  if (row) y.shape.erase(y.shape.rank() - (column ? 1 : 2));
  return y;
}

/// The last two axes swapped.
inline Array swapped(const Array& x) {
  const int r = x.shape.rank();
  Shape shape = x.shape;
  std::swap(shape[r - 2], shape[r - 1]);
  return generate(shape, [&](Dims at) {
    std::swap(at[r - 2], at[r - 1]);
    return x(at);
  });
}

inline std::vector<Inputs> matmul_inputs() {
  std::vector<Inputs> sets;
  const std::pair<Shape, Shape> shapes[] = {
      {{3, 4}, {4, 5}},
      {{1, 4}, {4, 1}},  // matrices
      {{4}, {4}},
      {{3, 4}, {4}},
      {{4}, {4, 5}},  // vectors
      {{4}, {2, 4, 3}},
      {{2, 3, 4}, {4}},        // vectors and batches
      {{2, 3, 4}, {2, 4, 5}},  // batches of one size
      {{3, 4}, {2, 4, 5}},
      {{2, 3, 4}, {4, 5}},  // one matrix against a batch
      {{2, 1, 3, 4}, {3, 4, 2}},
      {{2, 1, 2, 3}, {1, 3, 3, 2}},  // batches that broadcast
      {{3, 0}, {0, 2}},
      {{0, 3}, {3, 2}},
      {{0, 2, 3}, {3, 2}},
      {{2, 2, 0}, {2, 0, 3}},  // empty
  };
  for (const auto& [a, b] : shapes) sets.push_back({real(a), real(b)});
  return sets;
}

inline OpCases matmul_cases() {
  return {
      {.name = "matmul",
       .op = "matmul",
       .call = [](const Tensors& x) { return matmul(x[0], x[1]); },
       .reference = [](const Arrays& x) { return multiply(x[0], x[1]); },
       .inputs = matmul_inputs(),
       .wrong = {LEPTON_FAILS("[matmul] inner sizes differ: [2, 3] @ [4, 5]",
                              matmul(zeros({2, 3}), zeros({4, 5}))),
                 LEPTON_FAILS("[matmul] inner sizes differ: [3] @ [4, 5]", matmul(zeros({3}), zeros({4, 5}))),
                 LEPTON_FAILS("[matmul] shapes do not broadcast: [2] and [5]",
                              matmul(zeros({2, 3, 4}), zeros({5, 4, 2}))),
                 LEPTON_FAILS("[matmul] needs at least one axis", matmul(zeros({}), zeros({4, 5}))),
                 LEPTON_FAILS("[matmul] types differ: f32 and f64",
                              matmul(zeros({2, 2}), zeros({2, 2}, {.dtype = f64}))),
                 LEPTON_FAILS("[matmul] computes with f32 and f64, not i32",
                              matmul(zeros({2, 2}, {.dtype = i32}), zeros({2, 2})))},
       .large = {real({256, 300}), real({300, 260})},
       .dtypes = {f16, bf16}},
      {.name = "matmul_transposed",
       .op = "matmul",
       .call = [](const Tensors& x) { return matmul(x[0].transpose(), x[1].transpose()); },
       .reference = [](const Arrays& x) { return multiply(swapped(x[0]), swapped(x[1])); },
       .inputs = {{real({4, 3}), real({5, 4})},
                  {real({2, 4, 3}), real({2, 5, 4})},
                  {real({4, 1}), real({1, 4})}},
       .large = {real({8, 130, 64}), real({8, 70, 130})}},
      {.name = "matmul_deep",
       .op = "matmul",
       .call = [](const Tensors& x) { return matmul(x[0], x[1]); },
       .reference = [](const Arrays& x) { return multiply(x[0], x[1]); },
       .inputs = {{real({5, 517}), real({517, 33})}, {real({67, 65}), real({65, 129})}},
       .large = {real({16, 8000}), real({8000, 24})},
       .f32_tolerance = 5e-5},
  };
}

inline OpCases linear_cases() {
  const auto affine = [](const Arrays& x) {
    const Array product = multiply(x[0], swapped(x[1]));
    return x.size() < 3 ? product : zip(product, x[2], [](double a, double b) { return a + b; });
  };
  return {
      {.name = "linear",
       .op = "linear",
       .call = [](const Tensors& x) { return linear(x[0], x[1], x[2]); },
       .reference = affine,
       .inputs = {{real({3, 4}), real({5, 4}), real({5})},
                  {real({4}), real({2, 4}), real({2})},
                  {real({2, 3, 4}), real({5, 4}), real({5})},
                  {real({0, 4}), real({5, 4}), real({5})},
                  {real({2, 0}), real({3, 0}), real({3})},
                  {real({2, 2, 0}), real({3, 0}), real({3})}},
       .wrong = {LEPTON_FAILS("[linear] input [2, 3] does not fit weight [5, 4]",
                              linear(zeros({2, 3}), zeros({5, 4}), zeros({5}))),
                 LEPTON_FAILS("[linear] bias [4] f32 does not fit weight [5, 4] f32",
                              linear(zeros({2, 4}), zeros({5, 4}), zeros({4}))),
                 LEPTON_FAILS("[linear] input [] does not fit weight [5, 4]",
                              linear(zeros({}), zeros({5, 4}))),
                 LEPTON_FAILS("[linear] types differ: f32 and f64",
                              linear(zeros({2, 4}), zeros({5, 4}, {.dtype = f64}))),
                 LEPTON_FAILS("[linear] bias [5] f64 does not fit weight [5, 4] f32",
                              linear(zeros({2, 4}), zeros({5, 4}), zeros({5}, {.dtype = f64})))},
       .large = {real({512, 300}), real({200, 300}), real({200})},
       .dtypes = {f16, bf16}},
      {.name = "linear_without_bias",
       .op = "linear",
       .call = [](const Tensors& x) { return linear(x[0], x[1]); },
       .reference = affine,
       .inputs = {{real({3, 4}), real({5, 4})}, {real({2, 2, 3}), real({1, 3})}},
       .large = {real({1024, 784}), real({10, 784})}},
  };
}

}  // namespace lepton::op_cases
