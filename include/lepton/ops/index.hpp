// Choosing rows by index.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// x's entries along `axis` at the places that `index` ([K], i64) names; places may repeat. Throws for a place
/// outside [0, size).
LEPTON_API Tensor index_select(const Tensor& x, std::int64_t axis, const Tensor& index);

/// Rows of `weight` [V, D] for ids of any shape (i64) -> [..., D].
LEPTON_API Tensor embedding(const Tensor& weight, const Tensor& ids);

/// ids (i64) of any shape below `classes` -> [..., classes], 1 where the class is the id, else 0.
LEPTON_API Tensor one_hot(const Tensor& ids, std::int64_t classes, DType dtype = f32);

}  // namespace lepton
