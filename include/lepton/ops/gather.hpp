// Elements by index along an axis: taking them, and writing them.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton {

// `index` (i64) has as many axes as x, and along the others no more elements. Indices outside throw, also in a captured
// step. Of equal indices the last wins, or all are added.

/// y[i][j] = x[index[i][j]][j] for axis 0, and so on; the shape of index.
LEPTON_API Tensor gather(const Tensor& x, std::int64_t axis, const Tensor& index);

/// x with y[index[i][j]][j] = source[i][j] for axis 0. `source` has index's shape and x's type.
LEPTON_API Tensor scatter(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& source);
LEPTON_API Tensor scatter(const Tensor& x, std::int64_t axis, const Tensor& index, double value);
/// x with y[index[i][j]][j] += source[i][j]. x: f32, f64, i32 or i64.
LEPTON_API Tensor scatter_add(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& source);

/// Elements of x, counted in row-major order, at the places that `index` (i64, any shape) names; its shape.
LEPTON_API Tensor take(const Tensor& x, const Tensor& index);

}  // namespace lepton
