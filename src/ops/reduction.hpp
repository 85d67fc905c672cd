// What the losses share: their last step, and the check of a pair of tensors.
#pragma once

#include <algorithm>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/reduce.hpp"

namespace lepton::detail {

/// The losses of single elements as the reduction wants them.
inline Tensor reduced(const Tensor& losses, Reduction reduction) {
  switch (reduction) {
    case Reduction::none: return losses;
    case Reduction::mean: return mean(losses);
    case Reduction::sum: return sum(losses);
    default: return sum(losses) / double(losses.rank() > 0 ? losses.shape()[0] : 1);
  }
}

/// Throws naming `op` unless both are f32 or f64, of one type and shape.
void check_pair(const Tensor& x, const Tensor& target, const char* op);

/// Throws naming `op` where `y`, called `name`, does not broadcast to x's shape or is of another type.
void check_beside(const Tensor& x, const Tensor& y, const char* name, const char* op);

}  // namespace lepton::detail
