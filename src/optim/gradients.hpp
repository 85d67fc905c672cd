// The gradients of many parameters: their norm.
#pragma once

#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::optim::detail {

/// Euclidean norm of all gradients together, an f64 scalar; divided by `scale` (an f32 scalar) where that is
/// defined, and then `found` (f32) becomes 1 where the norm is not finite.
Tensor gradient_norm(const std::vector<Tensor>& parameters, const Tensor& scale = {},
                     const Tensor& found = {});

/// Divides every gradient by `scale` in memory.
void unscale_gradients(const std::vector<Tensor>& parameters, const Tensor& scale);

}  // namespace lepton::optim::detail
