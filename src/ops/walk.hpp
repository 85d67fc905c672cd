// How broadcast and strided operands are walked: axes sorted by the output's memory and merged.
#pragma once

#include <array>

#include "kernels/pointwise.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// Strides of `x` seen as `shape`: 0 along the axes that it stretches over. Requires: x broadcasts to shape.
Strides broadcast_strides(const Tensor& x, const Shape& shape);

/// A walk over `shape` in the order of `order` (the output's strides), for up to three operands.
kernels::Walk make_walk(const Shape& shape, const Strides& order, std::initializer_list<Strides> operands);

}  // namespace lepton::detail
