// Arithmetic and comparison of two tensors, element by element, with broadcasting and type promotion.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton {

// Shapes broadcast as in NumPy; types promote as in PyTorch (i32 + f32 = f32). A number beside a tensor takes
// the tensor's type. f16 and bf16 are computed in f32 and rounded; i8 wraps around, as other integers do.

LEPTON_API Tensor operator+(const Tensor& a, const Tensor& b);
LEPTON_API Tensor operator-(const Tensor& a, const Tensor& b);
LEPTON_API Tensor operator*(const Tensor& a, const Tensor& b);
/// Integers are converted to f32 first.
LEPTON_API Tensor operator/(const Tensor& a, const Tensor& b);
LEPTON_API Tensor operator-(const Tensor& x);

LEPTON_API Tensor operator+(const Tensor& a, double b);
LEPTON_API Tensor operator-(const Tensor& a, double b);
LEPTON_API Tensor operator*(const Tensor& a, double b);
LEPTON_API Tensor operator/(const Tensor& a, double b);
LEPTON_API Tensor operator+(double a, const Tensor& b);
LEPTON_API Tensor operator-(double a, const Tensor& b);
LEPTON_API Tensor operator*(double a, const Tensor& b);
LEPTON_API Tensor operator/(double a, const Tensor& b);

// `x += y` makes a new tensor and rebinds x, so it is safe on the tape; `x.add_(y)` writes in place.
inline Tensor& operator+=(Tensor& a, const Tensor& b) { return a = a + b; }
inline Tensor& operator-=(Tensor& a, const Tensor& b) { return a = a - b; }
inline Tensor& operator*=(Tensor& a, const Tensor& b) { return a = a * b; }
inline Tensor& operator/=(Tensor& a, const Tensor& b) { return a = a / b; }
inline Tensor& operator*=(Tensor& a, double b) { return a = a * b; }
inline Tensor& operator/=(Tensor& a, double b) { return a = a / b; }

/// The larger of the two; NaN if either is. Where equal, half of the gradient goes to each.
LEPTON_API Tensor maximum(const Tensor& a, const Tensor& b);
/// The smaller of the two; NaN if either is.
LEPTON_API Tensor minimum(const Tensor& a, const Tensor& b);

// Comparisons give a boolean tensor.
LEPTON_API Tensor operator==(const Tensor& a, const Tensor& b);
LEPTON_API Tensor operator!=(const Tensor& a, const Tensor& b);
LEPTON_API Tensor operator<(const Tensor& a, const Tensor& b);
LEPTON_API Tensor operator<=(const Tensor& a, const Tensor& b);
LEPTON_API Tensor operator>(const Tensor& a, const Tensor& b);
LEPTON_API Tensor operator>=(const Tensor& a, const Tensor& b);
LEPTON_API Tensor operator==(const Tensor& a, double b);
LEPTON_API Tensor operator!=(const Tensor& a, double b);
LEPTON_API Tensor operator<(const Tensor& a, double b);
LEPTON_API Tensor operator<=(const Tensor& a, double b);
LEPTON_API Tensor operator>(const Tensor& a, double b);
LEPTON_API Tensor operator>=(const Tensor& a, double b);

/// Where `condition` (boolean) holds the element of `a`, else that of `b`.
LEPTON_API Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

}  // namespace lepton
