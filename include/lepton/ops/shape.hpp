// Views, joining and stretching. Methods of Tensor cover the common ones: reshape, permute, slice, expand.
#pragma once

#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// The same elements with another shape; one size may be -1. A view where the strides allow, else a copy.
LEPTON_API Tensor reshape(const Tensor& x, const Shape& shape);

/// Axes in another order: axis i of the result is axis axes[i] of x.
LEPTON_API Tensor permute(const Tensor& x, const Dims& axes);

/// x stretched to `shape` without a copy; sizes of 1 repeat.
LEPTON_API Tensor expand(const Tensor& x, const Shape& shape);

/// Elements start, start + step, ... below stop of one axis, as a view.
LEPTON_API Tensor slice(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t stop,
                        std::int64_t step = 1);

/// Tensors joined along an existing axis; all other sizes must agree. Types promote.
LEPTON_API Tensor cat(const std::vector<Tensor>& tensors, std::int64_t axis = 0);

/// Tensors of one shape joined along a new axis.
LEPTON_API Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis = 0);

/// The identity as a layer: `Sequential{..., flatten, ...}` makes [N, C, H, W] into [N, C*H*W].
LEPTON_API Tensor flatten(const Tensor& x);

}  // namespace lepton
