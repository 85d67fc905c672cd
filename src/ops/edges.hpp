// Stretching tensors along an axis.
#pragma once

#include "lepton/ops/conv.hpp"

namespace lepton::detail {

/// x with more elements before and after it along an axis; zeros if no mode is given.
Tensor with_edges(const Tensor& x, int axis, std::int64_t before, std::int64_t after,
                  PaddingMode mode = PaddingMode::zeros);

/// x with `step` - 1 zeros behind each element of an axis.
Tensor with_gaps(const Tensor& x, int axis, std::int64_t step);

}  // namespace lepton::detail
