// A vector of floats as vectors of doubles, for sums that are kept in double.
#pragma once

#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// A vector of T as vectors of Wide: itself, or floats as two vectors of doubles.
template <class Wide, class T> struct Widened {
  static constexpr int kParts = sizeof(Wide) / sizeof(T);
  Vec<Wide> part[kParts];

  LEPTON_INLINE explicit Widened(Wide x) {
    for (auto& p : part) p = Vec<Wide>(x);
  }
  LEPTON_INLINE explicit Widened(Vec<T> v) {
    if constexpr (kParts == 1) {
      part[0] = v;
    } else {  // by hand: GCC 12 takes the vector apart for __builtin_convertvector
#if LEPTON_AVX512
      part[0] = _mm512_cvtps_pd(_mm512_castps512_ps256(v.v));
      part[1] = _mm512_cvtps_pd(_mm512_extractf32x8_ps(v.v, 1));
#else
      part[0] = _mm256_cvtps_pd(_mm256_castps256_ps128(v.v));
      part[1] = _mm256_cvtps_pd(_mm256_extractf128_ps(v.v, 1));
#endif
    }
  }
};

}  // namespace lepton::kernels::cpu::LEPTON_ISA
