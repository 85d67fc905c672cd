// The checks of DetectAnomaly, for watched operations and the walk.
#pragma once

#include <span>

#include "lepton/autograd/node.hpp"

namespace lepton::detail {

/// Throws where y has a NaN and no input has one.
void check_for_nan(const char* op, std::span<const Tensor* const> inputs, const Tensor& y);

/// What `node.backward(g)` gives; throws where it has a NaN and `g` has none.
Grads checked_backward(Node& node, const Tensor& g);

}  // namespace lepton::detail
