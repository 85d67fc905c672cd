// Stretching tensors along an axis.
#pragma once

#include "lepton/ops/arrange.hpp"

namespace lepton::detail {

/// x with more elements before and after it along an axis; zeros if no mode is given.
Tensor with_edges(const Tensor& x, int axis, std::int64_t before, std::int64_t after,
                  PadMode mode = PadMode::constant);

/// What a convolution's axis gets on its sides: `padding` on both, or what kSame stands for. Throws naming `op` where
/// that needs another stride.
Sides conv_sides(std::int64_t padding, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                 const char* op);

}  // namespace lepton::detail
