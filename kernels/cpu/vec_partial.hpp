// Loading and storing the first lanes of a Vec, for the ends of arrays. Included by vec.hpp.
#pragma once

#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

#if LEPTON_AVX512

// bzhi keeps the lowest n bits: a mask of the first n lanes.
template <class T> LEPTON_INLINE Vec<T> Vec<T>::load_partial(const T* p, std::int64_t n, T fill) {
  const auto rest = reinterpret_cast<IntRegister>(Vec(fill).v);
  const std::uint64_t lanes = _bzhi_u64(~0ull, std::uint64_t(n));
  __m512i r;
  if constexpr (sizeof(T) == 1) r = _mm512_mask_loadu_epi8(rest, lanes, p);
  else if constexpr (sizeof(T) == 2) r = _mm512_mask_loadu_epi16(rest, __mmask32(lanes), p);
  else if constexpr (sizeof(T) == 4) r = _mm512_mask_loadu_epi32(rest, __mmask16(lanes), p);
  else r = _mm512_mask_loadu_epi64(rest, __mmask8(lanes), p);
  return reinterpret_cast<Raw>(r);
}

template <class T> LEPTON_INLINE void Vec<T>::store_partial(T* p, std::int64_t n) const {
  const auto r = reinterpret_cast<IntRegister>(v);
  const std::uint64_t lanes = _bzhi_u64(~0ull, std::uint64_t(n));
  if constexpr (sizeof(T) == 1) _mm512_mask_storeu_epi8(p, lanes, r);
  else if constexpr (sizeof(T) == 2) _mm512_mask_storeu_epi16(p, __mmask32(lanes), r);
  else if constexpr (sizeof(T) == 4) _mm512_mask_storeu_epi32(p, __mmask16(lanes), r);
  else _mm512_mask_storeu_epi64(p, __mmask8(lanes), r);
}

#else

// AVX2 has masked moves of 4 and 8 bytes a lane, with the mask in a vector.
template <class T> LEPTON_INLINE __m256i first_lanes(std::int64_t n) {
  if constexpr (sizeof(T) == 4)
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(int(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  else return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}

template <class T> LEPTON_INLINE Vec<T> Vec<T>::load_partial(const T* p, std::int64_t n, T fill) {
  Vec r(fill);
  if constexpr (sizeof(T) < 4) {
    __builtin_memcpy(&r.v, p, std::size_t(n) * sizeof(T));
    return r;
  } else {
    const __m256i lanes = first_lanes<T>(n);
    __m256i x;
    if constexpr (sizeof(T) == 4) x = _mm256_maskload_epi32(reinterpret_cast<const int*>(p), lanes);
    else x = _mm256_maskload_epi64(reinterpret_cast<const long long*>(p), lanes);
    return reinterpret_cast<Raw>(_mm256_blendv_epi8(reinterpret_cast<IntRegister>(r.v), x, lanes));
  }
}

template <class T> LEPTON_INLINE void Vec<T>::store_partial(T* p, std::int64_t n) const {
  const auto r = reinterpret_cast<IntRegister>(v);
  if constexpr (sizeof(T) == 4) _mm256_maskstore_epi32(reinterpret_cast<int*>(p), first_lanes<T>(n), r);
  else if constexpr (sizeof(T) == 8)
    _mm256_maskstore_epi64(reinterpret_cast<long long*>(p), first_lanes<T>(n), r);
  else __builtin_memcpy(p, &v, std::size_t(n) * sizeof(T));
}

#endif

}  // namespace lepton::kernels::cpu::LEPTON_ISA
