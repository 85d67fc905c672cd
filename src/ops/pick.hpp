// One element of each row, for losses of class indices.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// For `pick` where every index counts.
inline constexpr std::int64_t kNoneIgnored = INT64_MIN;

/// y[r] = x[r, index[r]], 0 where index[r] is `ignored`. x: [rows, n], index: [rows] (i64) -> [rows]. Differentiable
/// any number of times. Throws naming `op`, a string constant, for another index outside [0, n).
Tensor pick(const Tensor& x, const Tensor& index, std::int64_t ignored, const char* op);

}  // namespace lepton::detail
