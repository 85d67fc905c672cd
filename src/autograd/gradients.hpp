// Leaf gradients in a captured step.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// After each replay `leaf.grad` is again what the recorded step left there. Needs a current recorder.
void restore_gradient_at_exit(const Ref<TensorImpl>& leaf);

}  // namespace lepton::detail
