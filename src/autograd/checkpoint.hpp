// Activations that were let go, for the tape.
#pragma once

#include "lepton/tensor/tensor_impl.hpp"

namespace lepton::detail {

/// Gives `t`, whose memory is not there, its elements again; nothing where no checkpoint let them go.
void compute_again(TensorImpl& t);

}  // namespace lepton::detail
