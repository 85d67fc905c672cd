// The gradient of broadcasting.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// `x` summed over the axes along which `shape` was stretched to x's shape; x itself if they are equal.
Tensor sum_to(const Tensor& x, const Shape& shape);

}  // namespace lepton::detail
