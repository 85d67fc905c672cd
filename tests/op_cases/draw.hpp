// Arguments for the rows of the op table: drawn, and carried between arrays and tensors.
#pragma once

#include <cmath>
#include <random>

#include "lepton/ops/cast.hpp"
#include "tests/op_cases/case.hpp"

namespace lepton::op_cases {

/// Values for the argument at `position`. Whole numbers stand in for real ones where the type has no others.
inline Array draw(const Input& input, DType dtype, std::size_t position, std::mt19937_64& bits) {
  const bool whole = input.draw == Input::Draw::index || (input.is_real() && !is_floating(dtype));
  const bool sign = dtype != u8 && dtype != boolean;
  std::uniform_real_distribution<double> between(input.low, input.high);
  Array x(input.shape);
  for (double& v : x.values) {
    do v = between(bits);
    while (std::fabs(v - input.kink) < 0.05);
    if (whole) v = sign ? std::round(v) : std::fabs(std::round(v));
    if (input.draw == Input::Draw::flag || dtype == boolean) v = v > 0.5;
  }
  if (input.draw == Input::Draw::distinct && is_floating(dtype)) {
    // Places of a grid of 400, in random order; every argument's grid is shifted.
    const std::size_t n = x.values.size();
    for (std::size_t i = 0; i < n; ++i)
      x.values[i] = input.low + 0.01 * double(i * 400 / n) + 0.003 * double(position);
    std::shuffle(x.values.begin(), x.values.end(), bits);
  }
  return x;
}

inline DType dtype_of_input(const Input& input, DType dtype) {
  if (input.draw == Input::Draw::index) return i64;
  return input.draw == Input::Draw::flag ? boolean : dtype;
}

inline Tensor to_tensor(const Array& x, DType dtype) { return tensor(x.values, x.shape).to(dtype); }
inline Array to_array(const Tensor& x) { return {x.shape(), x.to_vector<double>()}; }

/// The arguments of one call, the same for the same seed; real ones are of type `dtype`.
inline Tensors draw(const Inputs& inputs, DType dtype, std::uint64_t seed = 1) {
  std::mt19937_64 bits(seed);
  Tensors x;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    x.push_back(to_tensor(draw(inputs[i], dtype, i, bits), dtype_of_input(inputs[i], dtype)));
  return x;
}

}  // namespace lepton::op_cases
