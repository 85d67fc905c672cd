// Looking at gradients on their way, and changing them.
#pragma once

#include <functional>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// Gets the gradient by a tensor and gives the one that goes on in its place; an undefined tensor leaves it as it is.
using GradientHook = std::function<Tensor(const Tensor& gradient)>;

/// `x` as another tensor on the tape: the gradient that comes back through it passes `hook`. Once a walk, with the sum
/// of what comes from all uses of the result. In a captured step the hook runs while it is recorded; what it computes
/// is replayed, what it does on the host is not.
LEPTON_API Tensor on_gradient(const Tensor& x, GradientHook hook);

/// The same for `x` itself, for every use from now on. Throws for a leaf, which others hold: use on_gradient's result.
LEPTON_API void register_hook(const Tensor& x, GradientHook hook);

}  // namespace lepton
