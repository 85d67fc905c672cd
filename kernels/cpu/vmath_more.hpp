// Rounding, and functions that are rare enough to be had from the C library, lane by lane. Included by vmath.hpp.
#pragma once

#include "kernels/cpu/vmath_double.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

#if LEPTON_AVX512
#define LEPTON_ROUNDING(NAME, HOW)                                                                           \
  LEPTON_INLINE Vec<float> NAME(Vec<float> x) { return _mm512_roundscale_ps(x.v, HOW | _MM_FROUND_NO_EXC); } \
  LEPTON_INLINE Vec<double> NAME(Vec<double> x) { return _mm512_roundscale_pd(x.v, HOW | _MM_FROUND_NO_EXC); }
#else
#define LEPTON_ROUNDING(NAME, HOW)                                                                      \
  LEPTON_INLINE Vec<float> NAME(Vec<float> x) { return _mm256_round_ps(x.v, HOW | _MM_FROUND_NO_EXC); } \
  LEPTON_INLINE Vec<double> NAME(Vec<double> x) { return _mm256_round_pd(x.v, HOW | _MM_FROUND_NO_EXC); }
#endif
LEPTON_ROUNDING(floor, _MM_FROUND_TO_NEG_INF)
LEPTON_ROUNDING(ceil, _MM_FROUND_TO_POS_INF)
LEPTON_ROUNDING(trunc, _MM_FROUND_TO_ZERO)
LEPTON_ROUNDING(round, _MM_FROUND_TO_NEAREST_INT)
#undef LEPTON_ROUNDING

/// e^x - 1. Near 0, 2t / (1 - t) for t = tanh(x/2) keeps the digits that 1 would take away.
LEPTON_INLINE Vec<float> expm1(Vec<float> x) {
  const Vec<float> t = tanh(x * Vec<float>(0.5)), one(1);
  const Vec<float> near = (t + t) / (one - t);
  return select(abs(x) < Vec<float>(0.5), near, exp(x) - one);
}
LEPTON_INLINE Vec<double> expm1(Vec<double> x) {
  return per_lane(x, [](double t) { return ::expm1(t); });
}

#define LEPTON_BY_LANE(NAME, F32, F64)                   \
  LEPTON_INLINE Vec<float> NAME(Vec<float> x) {          \
    return per_lane(x, [](float t) { return F32(t); });  \
  }                                                      \
  LEPTON_INLINE Vec<double> NAME(Vec<double> x) {        \
    return per_lane(x, [](double t) { return F64(t); }); \
  }
LEPTON_BY_LANE(asin, ::asinf, ::asin)
LEPTON_BY_LANE(acos, ::acosf, ::acos)
LEPTON_BY_LANE(atan, ::atanf, ::atan)
#undef LEPTON_BY_LANE

/// f(lane of a, lane of b) for every lane.
template <class T, class F> LEPTON_INLINE Vec<T> per_lane(Vec<T> a, Vec<T> b, F f) {
  for (int i = 0; i < Vec<T>::kLanes; ++i) a.v[i] = f(a.v[i], b.v[i]);
  return a;
}
LEPTON_INLINE Vec<float> atan2(Vec<float> a, Vec<float> b) { return per_lane(a, b, ::atan2f); }
LEPTON_INLINE Vec<double> atan2(Vec<double> a, Vec<double> b) {
  return per_lane(a, b, [](double p, double q) { return ::atan2(p, q); });
}
LEPTON_INLINE Vec<float> fmod(Vec<float> a, Vec<float> b) { return per_lane(a, b, ::fmodf); }
LEPTON_INLINE Vec<double> fmod(Vec<double> a, Vec<double> b) {
  return per_lane(a, b, [](double p, double q) { return ::fmod(p, q); });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
