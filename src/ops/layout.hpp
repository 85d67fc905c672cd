// Channels-last memory.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// `x` [N, C, H, W] itself if its channels lie innermost, else such a copy; on the tape.
Tensor channels_last(const Tensor& x);

}  // namespace lepton::detail
