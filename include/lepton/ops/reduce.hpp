// Reductions: sums, means, extremes.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// Whether reduced axes stay, with size 1.
enum class KeepDim : bool { no, yes };

// `axes` are counted from the end if negative; without axes everything is reduced to a scalar []. Integers and
// booleans are summed as i64; `mean` needs floats.

LEPTON_API Tensor sum(const Tensor& x);
LEPTON_API Tensor sum(const Tensor& x, const Dims& axes, KeepDim keep = KeepDim::no);
LEPTON_API Tensor mean(const Tensor& x);
LEPTON_API Tensor mean(const Tensor& x, const Dims& axes, KeepDim keep = KeepDim::no);

/// Largest element; NaN wins. The gradient is shared by equal elements. Throws for an empty axis.
LEPTON_API Tensor max(const Tensor& x);
LEPTON_API Tensor max(const Tensor& x, const Dims& axes, KeepDim keep = KeepDim::no);
/// Smallest element; NaN wins.
LEPTON_API Tensor min(const Tensor& x);
LEPTON_API Tensor min(const Tensor& x, const Dims& axes, KeepDim keep = KeepDim::no);

/// Index (i64) of the first largest element along one axis. sort.hpp has largest elements with their indices.
LEPTON_API Tensor argmax(const Tensor& x, std::int64_t axis = -1, KeepDim keep = KeepDim::no);
/// Index (i64) of the first smallest element along one axis; that of a NaN, if there is any.
LEPTON_API Tensor argmin(const Tensor& x, std::int64_t axis = -1, KeepDim keep = KeepDim::no);

/// Whether any element is not 0 (boolean); of nothing, false.
LEPTON_API Tensor any(const Tensor& x);
LEPTON_API Tensor any(const Tensor& x, const Dims& axes, KeepDim keep = KeepDim::no);
/// Whether no element is 0 (boolean); of nothing, true.
LEPTON_API Tensor all(const Tensor& x);
LEPTON_API Tensor all(const Tensor& x, const Dims& axes, KeepDim keep = KeepDim::no);

/// log(sum(exp(x))) along the axes, without overflow.
LEPTON_API Tensor logsumexp(const Tensor& x, const Dims& axes, KeepDim keep = KeepDim::no);

/// Mean of squared distances from the mean, divided by n - 1 (Bessel) as in PyTorch, or by n - correction.
LEPTON_API Tensor variance(const Tensor& x, const Dims& axes, KeepDim keep = KeepDim::no);
LEPTON_API Tensor variance(const Tensor& x, const Dims& axes, double correction, KeepDim keep = KeepDim::no);
/// The square root of the variance.
LEPTON_API Tensor standard_deviation(const Tensor& x, const Dims& axes, double correction = 1,
                                     KeepDim keep = KeepDim::no);

/// The p-norm of x seen as a vector, sum(|x|^p)^(1/p); of infinite p the extreme of |x|, of p = 0 the count of what is
/// not 0. The gradient of the 2-norm at 0 is 0.
LEPTON_API Tensor norm(const Tensor& x, double p = 2);
LEPTON_API Tensor norm(const Tensor& x, double p, const Dims& axes, KeepDim keep = KeepDim::no);

}  // namespace lepton
