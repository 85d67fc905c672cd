// Softmax.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// e^x / sum(e^x) along one axis, without overflow.
LEPTON_API Tensor softmax(const Tensor& x, std::int64_t axis = -1);

/// log(softmax(x)), without the loss of precision of taking them one after the other.
LEPTON_API Tensor log_softmax(const Tensor& x, std::int64_t axis = -1);

/// softmax(-x)
LEPTON_API Tensor softmin(const Tensor& x, std::int64_t axis = -1);

}  // namespace lepton
