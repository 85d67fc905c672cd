// Checkpoints of older layouts, as the present one has them.
#pragma once

#include "lepton/io/safetensors.hpp"

namespace lepton::io {

/// What training.safetensors holds in the present layout. Until November 2026 one optim.step_state [lr, step, numbers of
/// the rule] served all parameters, and SGD kept a momentum_buffer also where its momentum was 0. `wanted` is the state
/// that is to be loaded, of one parameter group. Tensors of the present layout come back as they are.
Named upgraded(Named saved, const Named& wanted);

}  // namespace lepton::io
