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

/// The x with erf(x) = y, for y in [-1, 1].
inline Tensor erfinv(const Tensor& y) { return pointwise(op::Erfinv{}, y); }
/// log |gamma(x)|
inline Tensor lgamma(const Tensor& x) { return pointwise(op::Lgamma{}, x); }
/// The derivative of lgamma. NaN at 0, -1, -2, ...
inline Tensor digamma(const Tensor& x) { return pointwise(op::Digamma{}, x); }

/// sin(pi x) / (pi x), 1 at 0.
LEPTON_API Tensor sinc(const Tensor& x);
/// log(x / (1 - x)); x is first limited to [eps, 1 - eps] if eps is not negative.
LEPTON_API Tensor logit(const Tensor& x, double eps = -1);
/// Degrees as radians, and back.
LEPTON_API Tensor deg2rad(const Tensor& x);
LEPTON_API Tensor rad2deg(const Tensor& x);

/// The larger of x and a number; the smaller.
LEPTON_API Tensor clamp_min(const Tensor& x, double low);
LEPTON_API Tensor clamp_max(const Tensor& x, double high);
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

/// a * log(b), 0 where a is 0.
LEPTON_API Tensor xlogy(const Tensor& a, const Tensor& b);
/// 0 where x is negative, 1 where it is positive, else `at_zero`. No gradient.
LEPTON_API Tensor heaviside(const Tensor& x, const Tensor& at_zero);

/// a + weight * (b - a)
LEPTON_API Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight);
LEPTON_API Tensor lerp(const Tensor& a, const Tensor& b, double weight);
/// x + scale * a * b
LEPTON_API Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, double scale = 1);
/// x + scale * a / b
LEPTON_API Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, double scale = 1);

}  // namespace lepton
