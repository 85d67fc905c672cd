// Elementary functions of Vec<float>: without branches, within 4 ulp, right for inf, NaN and subnormals.
//
// Each reduces its argument to a short interval and evaluates a polynomial or a quotient of two, fitted by
// scripts/fit_vmath.py. The two instruction sets differ only in how an exponent is taken off and put on.
// Sine, cosine and power are in vmath_trig.hpp, doubles in vmath_double.hpp.
#pragma once

#include <cstddef>

#include "kernels/cpu/vec.hpp"
#include "kernels/cpu/vmath_coefficients.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// c[0] + c[1] x + c[2] x^2 + ... (Horner)
template <std::size_t kSize> LEPTON_INLINE Vec<float> polynomial(Vec<float> x, const float (&c)[kSize]) {
  Vec<float> y(c[kSize - 1]);
  for (std::size_t i = kSize - 1; i-- > 0;) y = fma(y, x, Vec<float>(c[i]));
  return y;
}

/// The nearest integer, ties to even.
LEPTON_INLINE Vec<float> round_even(Vec<float> x) {
#if LEPTON_AVX512
  return _mm512_roundscale_ps(x.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#else
  return _mm256_round_ps(x.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#endif
}

/// y * 2^n for an integer n, |n| < 250, also where the result is subnormal or infinite.
LEPTON_INLINE Vec<float> scale_by_power(Vec<float> y, Vec<float> n) {
#if LEPTON_AVX512
  return _mm512_scalef_ps(y.v, n.v);
#else
  // In two steps, since neither 2^128 nor 2^-140 has an exponent field of its own.
  const auto i = convert<std::int32_t>(n).v, half = i >> 1;
  const Vec<float> first = bits_as<float>(Vec<std::int32_t>((half + 127) << 23));
  const Vec<float> second = bits_as<float>(Vec<std::int32_t>((i - half + 127) << 23));
  return y * first * second;
#endif
}

/// x = mantissa * 2^exponent with 3/4 <= mantissa < 3/2, for x > 0.
struct Split {
  Vec<float> mantissa, exponent;
};

// With AVX-512 the instructions also carry 0, inf and NaN through as log wants them: exponents of -inf,
// inf and NaN, and NaN mantissas for x < 0.
LEPTON_INLINE Split split(Vec<float> x) {
#if LEPTON_AVX512
  const Vec<float> m(_mm512_getmant_ps(x.v, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan));
  const Vec<float> e(_mm512_getexp_ps(x.v));
  return {m, select(m < Vec<float>(1), e + Vec<float>(1), e)};
#else
  const Mask<float> subnormal = x < Vec<float>(0x1p-126f);
  // Differences in unsigned lanes, which may wrap (for x < 0); only the shift that keeps the sign is signed.
  const auto bits = bits_as<std::uint32_t>(select(subnormal, x * Vec<float>(0x1p23f), x)).v;
  const auto above = bits_as<std::int32_t>(Vec<std::uint32_t>(bits - 0x3f400000u));  // 0x3f400000 is 0.75
  const Vec<std::int32_t> e(above.v >> 23);
  const Vec<float> offset = select(subnormal, Vec<float>(23), Vec<float>(0));
  const auto mantissa = bits - (bits_as<std::uint32_t>(e).v << 23);
  return {bits_as<float>(Vec<std::uint32_t>(mantissa)), convert<float>(e) - offset};
#endif
}

LEPTON_INLINE Vec<float> exp(Vec<float> x) {
  // Beyond these bounds the result is 0 or inf. As second argument of min and max, NaN stays.
  const Vec<float> low(-104.0f), high(89.0f);
  x = LEPTON_MM(min_ps)(high.v, LEPTON_MM(max_ps)(low.v, x.v));
  const Vec<float> n = round_even(x * Vec<float>(1.44269504088896341));
  const Vec<float> r = fma(n, Vec<float>(-kLnTwo1), fma(n, Vec<float>(-kLnTwo0), x));
  const Vec<float> y = fma(fma(polynomial(r, kExpP), r, Vec<float>(1)), r, Vec<float>(1));
  return scale_by_power(y, n);
}

/// log(1 + f) + exponent * ln 2, for -1/4 <= f < 1/2.
LEPTON_INLINE Vec<float> log_of_parts(Vec<float> f, Vec<float> exponent) {
  const Vec<float> square = f * f;
  Vec<float> y = fma(square * f, polynomial(f, kLogP), exponent * Vec<float>(kLnTwo1));
  y = f + fma(square, Vec<float>(-0.5), y);
  return fma(exponent, Vec<float>(kLnTwo0), y);
}

/// `y`, but what log(x) is where x is 0, negative, infinite or NaN.
LEPTON_INLINE Vec<float> log_at_edges(Vec<float> x, Vec<float> y) {
  y = select(x == Vec<float>(0), Vec<float>(-__builtin_inff()), y);
  y = select(x == Vec<float>(__builtin_inff()), x, y);
  return select(x >= Vec<float>(0), y, Vec<float>(__builtin_nanf("")));
}

LEPTON_INLINE Vec<float> log(Vec<float> x) {
  const Split s = split(x);
  const Vec<float> y = log_of_parts(s.mantissa - Vec<float>(1), s.exponent);
  return LEPTON_AVX512 ? y : log_at_edges(x, y);
}

LEPTON_INLINE Vec<float> log1p(Vec<float> x) {
  // 1 + x = u + rest, exactly but where x is so large that the rest is nothing. The rest joins the mantissa
  // after its exponent is taken off.
  const Vec<float> one(1), u = one + x, rest = x - (u - one);
  const Split s = split(u);
  const Vec<float> f = (s.mantissa - one) + scale_by_power(rest, -s.exponent);
  const Vec<float> y = log_at_edges(u, log_of_parts(f, s.exponent));
  return select(x == Vec<float>(0), x, y);  // keeps -0
}

/// 2h / (1 + h^2) for h = |x| P(x^2) / Q(x^2), or 1 where |x| > limit, with the sign of x.
///
/// This is tanh(x) out of h = tanh(x/2), with one division, and h needs a lower degree than tanh. From 0.8 on
/// it is had as 1 - (1 - h)^2 / (1 + h^2), which rounds once and never exceeds 1: gelu, which adds 1 to
/// erf(x) near -1, would multiply any more error by x.
template <std::size_t kSizeP, std::size_t kSizeQ>
LEPTON_INLINE Vec<float> twice_angle(Vec<float> x, const float (&p)[kSizeP], const float (&q)[kSizeQ],
                                     float limit) {
  const Vec<float> a = abs(x), z = x * x, one(1);
  const Vec<float> above = a * polynomial(z, p), below = polynomial(z, q);
  const Vec<float> twice = above + above, gap = below - above;
  const Mask<float> near_one = twice > below;
  const Vec<float> part = select(near_one, gap * gap, twice * below) / fma(below, below, above * above);
  const Vec<float> y = select(near_one, one - part, part);
  const auto magnitude = bits_as<std::int32_t>(select(a > Vec<float>(limit), one, y)).v;
  const auto sign = bits_as<std::int32_t>(x).v & ~0x7fffffff;
  return bits_as<float>(Vec<std::int32_t>(magnitude | sign));
}

LEPTON_INLINE Vec<float> tanh(Vec<float> x) { return twice_angle(x, kTanhP, kTanhQ, 9.01f); }

/// 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x
LEPTON_INLINE Vec<float> erf(Vec<float> x) { return twice_angle(x, kErfP, kErfQ, 3.92f); }

}  // namespace lepton::kernels::cpu::LEPTON_ISA

#include "kernels/cpu/vmath_trig.hpp"
#include "kernels/cpu/vmath_double.hpp"
#include "kernels/cpu/vmath_more.hpp"
