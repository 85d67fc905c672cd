// Sine, cosine and power of Vec<float>. Included by vmath.hpp.
#pragma once

#include <cmath>

#include "kernels/cpu/vmath.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// f(lane) for every lane: the C library where a vector form is not worth its text.
template <class T, class F> LEPTON_INLINE Vec<T> per_lane(Vec<T> x, F f) {
  for (int i = 0; i < Vec<T>::kLanes; ++i) x.v[i] = f(x.v[i]);
  return x;
}

/// x - n pi for |n| < 2^13, with pi in three parts (Cody & Waite 1980); the first step is exact.
LEPTON_INLINE Vec<float> reduce_by_pi(Vec<float> x, Vec<float> n) {
  return fma(n, Vec<float>(-kPi2), fma(n, Vec<float>(-kPi1), fma(n, Vec<float>(-kPi0), x)));
}

/// (-1)^n sin(r), for |r| <= pi/2 and an integer n. Here n is small enough for its parity to be in its bits.
LEPTON_INLINE Vec<float> signed_sine(Vec<float> r, Vec<float> n) {
  const Vec<float> z = r * r;
  const Vec<float> y = fma(z * r, polynomial(z, kSinP), r);
  const auto sign = convert<std::int32_t>(n).v << 31;
  return bits_as<float>(Vec<std::int32_t>(bits_as<std::int32_t>(y).v ^ sign));
}

// Beyond this the reduction runs out of bits, and the C library takes over: in those lanes alone, so that what a lane
// holds never depends on its neighbours.
constexpr float kReducible = 1e4f;

template <class F> LEPTON_INLINE Vec<float> beyond_reduction(Vec<float> x, Vec<float> y, F f) {
  if (any(abs(x) > Vec<float>(kReducible))) [[unlikely]]
    for (int i = 0; i < Vec<float>::kLanes; ++i)
      if (__builtin_fabsf(x.v[i]) > kReducible) y.v[i] = f(x.v[i]);
  return y;
}

LEPTON_INLINE Vec<float> sin(Vec<float> x) {
  const Vec<float> n = round_even(x * Vec<float>(0.31830988618379067));
  return beyond_reduction(x, signed_sine(reduce_by_pi(x, n), n), [](float t) { return ::sinf(t); });
}

LEPTON_INLINE Vec<float> cos(Vec<float> x) {
  // cos(x) = sin(x + pi/2) = (-1)^n sin(x - (n - 1/2) pi)
  const Vec<float> n = round_even(fma(x, Vec<float>(0.31830988618379067), Vec<float>(0.5)));
  return beyond_reduction(x, signed_sine(reduce_by_pi(x, n - Vec<float>(0.5)), n),
                          [](float t) { return ::cosf(t); });
}

/// x^e in each lane.
template <class T> LEPTON_INLINE Vec<T> pow(Vec<T> x, Vec<T> e) {
  for (int i = 0; i < Vec<T>::kLanes; ++i) {
    if constexpr (sizeof(T) == 4) x.v[i] = ::powf(x.v[i], e.v[i]);
    else x.v[i] = ::pow(x.v[i], e.v[i]);
  }
  return x;
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
