// Elementary functions beyond those whose formulas stand in formula/unary.hpp.
#pragma once

#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton {

// Of one tensor, element by element. Integers are converted to f32, but those that rounding leaves alone.

inline Tensor sign(const Tensor& x) { return pointwise(op::Sign{}, x); }
inline Tensor floor(const Tensor& x) { return is_floating(x.dtype()) ? pointwise(op::Floor{}, x) : x; }
inline Tensor ceil(const Tensor& x) { return is_floating(x.dtype()) ? pointwise(op::Ceil{}, x) : x; }
inline Tensor round(const Tensor& x) { return is_floating(x.dtype()) ? pointwise(op::Round{}, x) : x; }
inline Tensor trunc(const Tensor& x) { return is_floating(x.dtype()) ? pointwise(op::Trunc{}, x) : x; }
inline Tensor frac(const Tensor& x) { return pointwise(op::Frac{}, x); }
inline Tensor rsqrt(const Tensor& x) { return pointwise(op::Rsqrt{}, x); }
inline Tensor expm1(const Tensor& x) { return pointwise(op::Expm1{}, x); }
inline Tensor log2(const Tensor& x) { return pointwise(op::Log2{}, x); }
inline Tensor log10(const Tensor& x) { return pointwise(op::Log10{}, x); }
inline Tensor tan(const Tensor& x) { return pointwise(op::Tan{}, x); }
inline Tensor asin(const Tensor& x) { return pointwise(op::Asin{}, x); }
inline Tensor acos(const Tensor& x) { return pointwise(op::Acos{}, x); }
inline Tensor atan(const Tensor& x) { return pointwise(op::Atan{}, x); }
inline Tensor sinh(const Tensor& x) { return pointwise(op::Sinh{}, x); }
inline Tensor cosh(const Tensor& x) { return pointwise(op::Cosh{}, x); }
inline Tensor asinh(const Tensor& x) { return pointwise(op::Asinh{}, x); }
inline Tensor acosh(const Tensor& x) { return pointwise(op::Acosh{}, x); }
inline Tensor atanh(const Tensor& x) { return pointwise(op::Atanh{}, x); }

/// x between two tensors that broadcast to it: minimum(maximum(x, low), high).
LEPTON_API Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high);

// Of two tensors that broadcast. Integers are computed in f64 and converted back, but for atan2, which gives f32.

/// a^b; a negative a wants a whole b, else the result is NaN.
LEPTON_API Tensor pow(const Tensor& a, const Tensor& b);
/// The angle of the point (x, y), in (-pi, pi].
LEPTON_API Tensor atan2(const Tensor& y, const Tensor& x);
/// What is left of a after b was taken off as often as it fits, with the sign of a.
LEPTON_API Tensor fmod(const Tensor& a, const Tensor& b);
LEPTON_API Tensor fmod(const Tensor& a, double b);
/// a - b * floor(a / b), with the sign of b: Python's %.
LEPTON_API Tensor remainder(const Tensor& a, const Tensor& b);
LEPTON_API Tensor remainder(const Tensor& a, double b);
/// sqrt(a^2 + b^2)
LEPTON_API Tensor hypot(const Tensor& a, const Tensor& b);
/// log(e^a + e^b), without overflow.
LEPTON_API Tensor logaddexp(const Tensor& a, const Tensor& b);

/// a + weight * (b - a)
LEPTON_API Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight);
LEPTON_API Tensor lerp(const Tensor& a, const Tensor& b, double weight);
/// x + scale * a * b
LEPTON_API Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, double scale = 1);
/// x + scale * a / b
LEPTON_API Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, double scale = 1);

}  // namespace lepton
