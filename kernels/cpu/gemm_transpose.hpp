// Turning square blocks of registers: as many vectors as a vector has lanes.
#pragma once

#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

#if LEPTON_AVX512

/// v[i] lane j becomes v[j] lane i.
LEPTON_INLINE void transpose(Vec<float> (&v)[16]) {
  __m512 t[16], u[16];
  for (int i = 0; i < 16; i += 2) {  // pairs of rows interleaved in each 128 bits
    t[i] = _mm512_unpacklo_ps(v[i].v, v[i + 1].v);
    t[i + 1] = _mm512_unpackhi_ps(v[i].v, v[i + 1].v);
  }
  for (int i = 0; i < 16; i += 4)  // u[i + c]: column c of four rows, for each of the four columns of blocks
    for (int h = 0; h < 2; ++h) {
      u[i + 2 * h] =
          _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(t[i + h]), _mm512_castps_pd(t[i + 2 + h])));
      u[i + 2 * h + 1] =
          _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(t[i + h]), _mm512_castps_pd(t[i + 2 + h])));
    }
  for (int c = 0; c < 4; ++c) {  // 4x4 blocks of 128 bits turned
    const __m512 a = _mm512_shuffle_f32x4(u[c], u[4 + c], 0x88),
                 b = _mm512_shuffle_f32x4(u[c], u[4 + c], 0xdd);
    const __m512 d = _mm512_shuffle_f32x4(u[8 + c], u[12 + c], 0x88),
                 e = _mm512_shuffle_f32x4(u[8 + c], u[12 + c], 0xdd);
    v[c] = _mm512_shuffle_f32x4(a, d, 0x88);
    v[8 + c] = _mm512_shuffle_f32x4(a, d, 0xdd);
    v[4 + c] = _mm512_shuffle_f32x4(b, e, 0x88);
    v[12 + c] = _mm512_shuffle_f32x4(b, e, 0xdd);
  }
}

LEPTON_INLINE void transpose(Vec<double> (&v)[8]) {
  __m512d t[8];
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm512_unpacklo_pd(v[i].v, v[i + 1].v);
    t[i + 1] = _mm512_unpackhi_pd(v[i].v, v[i + 1].v);
  }
  for (int c = 0; c < 2; ++c) {
    const __m512d a = _mm512_shuffle_f64x2(t[c], t[2 + c], 0x88),
                  b = _mm512_shuffle_f64x2(t[c], t[2 + c], 0xdd);
    const __m512d d = _mm512_shuffle_f64x2(t[4 + c], t[6 + c], 0x88),
                  e = _mm512_shuffle_f64x2(t[4 + c], t[6 + c], 0xdd);
    v[c] = _mm512_shuffle_f64x2(a, d, 0x88);
    v[4 + c] = _mm512_shuffle_f64x2(a, d, 0xdd);
    v[2 + c] = _mm512_shuffle_f64x2(b, e, 0x88);
    v[6 + c] = _mm512_shuffle_f64x2(b, e, 0xdd);
  }
}

#else

/// v[i] lane j becomes v[j] lane i.
LEPTON_INLINE void transpose(Vec<float> (&v)[8]) {
  __m256 t[8], u[8];
  for (int i = 0; i < 8; i += 2) {  // pairs of rows interleaved in each 128 bits
    t[i] = _mm256_unpacklo_ps(v[i].v, v[i + 1].v);
    t[i + 1] = _mm256_unpackhi_ps(v[i].v, v[i + 1].v);
  }
  for (int i = 0; i < 8; i += 4)  // u[i + c]: column c, and c + 4, of four rows
    for (int h = 0; h < 2; ++h) {
      u[i + 2 * h] = _mm256_shuffle_ps(t[i + h], t[i + 2 + h], 0x44);
      u[i + 2 * h + 1] = _mm256_shuffle_ps(t[i + h], t[i + 2 + h], 0xee);
    }
  for (int c = 0; c < 4; ++c) {
    v[c] = _mm256_permute2f128_ps(u[c], u[4 + c], 0x20);
    v[4 + c] = _mm256_permute2f128_ps(u[c], u[4 + c], 0x31);
  }
}

LEPTON_INLINE void transpose(Vec<double> (&v)[4]) {
  const __m256d a = _mm256_unpacklo_pd(v[0].v, v[1].v), b = _mm256_unpackhi_pd(v[0].v, v[1].v);
  const __m256d c = _mm256_unpacklo_pd(v[2].v, v[3].v), d = _mm256_unpackhi_pd(v[2].v, v[3].v);
  v[0] = _mm256_permute2f128_pd(a, c, 0x20);
  v[1] = _mm256_permute2f128_pd(b, d, 0x20);
  v[2] = _mm256_permute2f128_pd(a, c, 0x31);
  v[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

#endif

/// The same of pairs, whose bits are moved as a float's are.
LEPTON_INLINE void transpose(Vec<std::uint32_t> (&v)[Vec<std::uint32_t>::kLanes]) {
  Vec<float> f[Vec<float>::kLanes];
  for (int i = 0; i < Vec<float>::kLanes; ++i) f[i] = bits_as<float>(v[i]);
  transpose(f);
  for (int i = 0; i < Vec<float>::kLanes; ++i) v[i] = bits_as<std::uint32_t>(f[i]);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
