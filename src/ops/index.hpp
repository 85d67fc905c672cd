// Rows added by index, for operations that are made of it.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// An axis of `size` entries, each the sum of x's entries for which `index` ([K], i64, below size) names it: the
/// gradient of index_select. Differentiable any number of times.
Tensor index_add(const Tensor& x, int axis, const Tensor& index, std::int64_t size);

}  // namespace lepton::detail
