// The tape as a TensorFlow GraphDef.
#pragma once

#include "lepton/tensor/tensor.hpp"
#include "src/train/tensorboard/message.hpp"

namespace lepton::detail {

/// The operations that made `result`, and the parameters and inputs that they began with.
Message graph_of(const Tensor& result);

}  // namespace lepton::detail
