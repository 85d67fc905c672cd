// Clipping gradients, as functions. Optimizer::step({.max_norm = 1}) does it in the pass of the update.
#pragma once

#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::optim {

/// Multiplies every gradient by min(1, max_norm / (norm + 1e-6)) (Pascanu et al. 2013), where norm is the Euclidean
/// norm of all gradients together, which is returned (an f64 scalar). Parameters without a gradient count as 0.
LEPTON_API Tensor clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm);

/// Clamps every element of every gradient to [-limit, limit]; NaN stays.
LEPTON_API void clip_grad_value(const std::vector<Tensor>& parameters, double limit);

}  // namespace lepton::optim
