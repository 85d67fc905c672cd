// Questions about elements: boolean tensors, and choosing by them.
#pragma once

#include "lepton/ops/binary.hpp"

namespace lepton {

// Of numbers, those that are not 0 are true. The result is boolean, and has no gradient.

LEPTON_API Tensor logical_not(const Tensor& x);
LEPTON_API Tensor logical_and(const Tensor& a, const Tensor& b);
LEPTON_API Tensor logical_or(const Tensor& a, const Tensor& b);
LEPTON_API Tensor logical_xor(const Tensor& a, const Tensor& b);

LEPTON_API Tensor isnan(const Tensor& x);
LEPTON_API Tensor isinf(const Tensor& x);
LEPTON_API Tensor isfinite(const Tensor& x);

/// Whether |a - b| <= absolute + relative * |b|, as in PyTorch; `equal_nan`: two NaNs are close.
LEPTON_API Tensor isclose(const Tensor& a, const Tensor& b, double relative = 1e-5, double absolute = 1e-8,
                          bool equal_nan = false);

/// Whether every element is close. Reads the device, so that a captured step refuses it, as it does `equal`.
LEPTON_API bool allclose(const Tensor& a, const Tensor& b, double relative = 1e-5, double absolute = 1e-8,
                         bool equal_nan = false);
/// Whether shapes and all elements are the same.
LEPTON_API bool equal(const Tensor& a, const Tensor& b);
/// Whether each element of x is one of `values`; the shape of x.
LEPTON_API Tensor isin(const Tensor& x, const Tensor& values);

/// `value` where `mask` (boolean, broadcast to x) holds, else the element of x. The gradient stops at the mask.
LEPTON_API Tensor masked_fill(const Tensor& x, const Tensor& mask, double value);

/// x with NaN, inf and -inf replaced by these.
LEPTON_API Tensor nan_to_num(const Tensor& x, double nan, double inf, double minus_inf);

}  // namespace lepton
