// Changing the element type.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// The same values as another element type; `x` itself if the type is the same. Floats become integers by
/// truncation and booleans by comparison with 0. The gradient is cast back.
LEPTON_API Tensor cast(const Tensor& x, DType dtype);

}  // namespace lepton
