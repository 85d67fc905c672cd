// Running sums, products and extremes along an axis, products, and differences.
#pragma once

#include "lepton/ops/sort.hpp"

namespace lepton {

// Sums and products of integers and booleans are i64.

/// y[k] = x[0] + ... + x[k] along one axis; the shape of x.
LEPTON_API Tensor cumsum(const Tensor& x, std::int64_t axis = -1);
/// y[k] = x[0] * ... * x[k] along one axis. The gradient is right where elements are 0, too.
LEPTON_API Tensor cumprod(const Tensor& x, std::int64_t axis = -1);

/// y[k] = log(e^x[0] + ... + e^x[k]) along one axis, without overflow. Of floats.
LEPTON_API Tensor logcumsumexp(const Tensor& x, std::int64_t axis = -1);

/// The largest of x[0], ... x[k] along one axis, and the last place where it was. NaN wins.
LEPTON_API Ranked cummax(const Tensor& x, std::int64_t axis = -1);
/// The smallest of x[0], ... x[k].
LEPTON_API Ranked cummin(const Tensor& x, std::int64_t axis = -1);

/// x[k + 1] - x[k] along one axis, `times` times over.
LEPTON_API Tensor diff(const Tensor& x, std::int64_t times = 1, std::int64_t axis = -1);

/// Product of all elements along the axes; of none it is 1.
LEPTON_API Tensor prod(const Tensor& x);
LEPTON_API Tensor prod(const Tensor& x, const Dims& axes, KeepDim keep = KeepDim::no);

}  // namespace lepton
