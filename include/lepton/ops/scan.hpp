// Running sums and products along an axis, and products.
#pragma once

#include "lepton/ops/reduce.hpp"

namespace lepton {

// Of integers and booleans as i64.

/// y[k] = x[0] + ... + x[k] along one axis; the shape of x.
LEPTON_API Tensor cumsum(const Tensor& x, std::int64_t axis = -1);
/// y[k] = x[0] * ... * x[k] along one axis. The gradient is right where elements are 0, too.
LEPTON_API Tensor cumprod(const Tensor& x, std::int64_t axis = -1);

/// Product of all elements along the axes; of none it is 1.
LEPTON_API Tensor prod(const Tensor& x);
LEPTON_API Tensor prod(const Tensor& x, const Dims& axes, KeepDim keep = KeepDim::no);

}  // namespace lepton
