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

/// gather where the other axes of x and index broadcast.
LEPTON_API Tensor take_along_dim(const Tensor& x, const Tensor& index, std::int64_t axis);

/// x with `source` at the places `index` (i64) of its elements in row-major order, or added to them; one number each.
LEPTON_API Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool add = false);

// Whole rows: entry i of `source` goes to place index[i] (i64, [K]) of an axis. `source` broadcasts to x with K there.

LEPTON_API Tensor index_copy(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& source);
/// Added, times `scale`; equal places add up.
LEPTON_API Tensor index_add(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& source,
                            double scale = 1);
LEPTON_API Tensor index_fill(const Tensor& x, std::int64_t axis, const Tensor& index, double value);

/// x with the elements of `source`, one behind the other, where `mask` (boolean, broadcast to x) holds.
LEPTON_API Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source);

}  // namespace lepton
