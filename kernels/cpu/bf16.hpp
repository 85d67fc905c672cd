// bf16 in vectors: rounding, widening, and products of pairs, with AVX512_BF16's instructions where there are any.
//
// Rounding is to nearest, ties to even; inf stays inf, NaN stays NaN. Subnormals become zeros, at the latest where they
// are multiplied (kernels run with FlushDenormals).
#pragma once

#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// Two bf16 a lane, as memory has them: the first is the low half.
using Pairs = Vec<std::uint32_t>;

/// The bits of each lane's bf16, in its low half.
LEPTON_INLINE Pairs bf16_bits(Vec<float> x) {
  const Pairs bits = bits_as<std::uint32_t>(x);
  const Pairs rounded((bits.v + 0x7fff + (bits.v >> 16 & 1)) >> 16);
  const Pairs quiet_nan((bits.v >> 16 & 0xffff) | 0x40);
  return Pairs(
      reinterpret_cast<Pairs::Raw>(select(x != x, bits_as<float>(quiet_nan), bits_as<float>(rounded)).v));
}

/// Lane by lane the pair (low, high), rounded.
LEPTON_INLINE Pairs bf16_pairs(Vec<float> low, Vec<float> high) {
#if LEPTON_AVX512_BF16
  // Both rounded into one register, low's in its lower half, then dealt out lane by lane.
  const __m512i both = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high.v, low.v));
  const __m512i deal = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7,
                                        22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return reinterpret_cast<Pairs::Raw>(_mm512_permutexvar_epi16(deal, both));
#else
  return bf16_bits(low).v | bf16_bits(high).v << 16;
#endif
}

/// 2 * kLanes numbers that follow each other, rounded, in pairs.
LEPTON_INLINE Pairs bf16_row(Vec<float> a, Vec<float> b) {
#if LEPTON_AVX512_BF16
  return reinterpret_cast<Pairs::Raw>(_mm512_cvtne2ps_pbh(b.v, a.v));
#elif LEPTON_AVX512
  const __m512i low =
      _mm512_castsi256_si512(_mm512_cvtepi32_epi16(reinterpret_cast<__m512i>(bf16_bits(a).v)));
  return reinterpret_cast<Pairs::Raw>(
      _mm512_inserti64x4(low, _mm512_cvtepi32_epi16(reinterpret_cast<__m512i>(bf16_bits(b).v)), 1));
#else
  const __m256i mixed = _mm256_packus_epi32(reinterpret_cast<__m256i>(bf16_bits(a).v),
                                            reinterpret_cast<__m256i>(bf16_bits(b).v));
  return reinterpret_cast<Pairs::Raw>(_mm256_permute4x64_epi64(mixed, 0xd8));  // packus works in each half
#endif
}

LEPTON_INLINE void store_bf16(Vec<float> a, Vec<float> b, std::uint16_t* to) {
  const Pairs both = bf16_row(a, b);
  __builtin_memcpy(to, &both.v, sizeof both.v);
}

/// The first of each pair, and the second, as floats.
LEPTON_INLINE Vec<float> low_of(Pairs p) { return bits_as<float>(Pairs(p.v << 16)); }
LEPTON_INLINE Vec<float> high_of(Pairs p) { return bits_as<float>(Pairs(p.v & 0xffff0000u)); }

/// kLanes bf16 from memory, as floats.
LEPTON_INLINE Vec<float> load_bf16(const std::uint16_t* p) {
  typedef std::uint16_t Halves __attribute__((vector_size(kBytes / 2)));
  Halves h;
  __builtin_memcpy(&h, p, sizeof h);
  return bits_as<float>(Pairs(__builtin_convertvector(h, Pairs::Raw) << 16));
}

/// kLanes pairs of one number of `low` and one of `high`, all in memory as bf16; no more than `n` are read.
LEPTON_INLINE Pairs load_pairs(const std::uint16_t* low, const std::uint16_t* high, std::int64_t n) {
  typedef std::uint16_t Halves __attribute__((vector_size(kBytes / 2)));
  Halves a{}, b{};
  const std::size_t bytes = std::size_t(n < Pairs::kLanes ? n : Pairs::kLanes) * sizeof(std::uint16_t);
  __builtin_memcpy(&a, low, bytes);
  if (high) __builtin_memcpy(&b, high, bytes);
  return __builtin_convertvector(a, Pairs::Raw) | __builtin_convertvector(b, Pairs::Raw) << 16;
}

/// sum + the products of the pairs' halves, in f32.
LEPTON_INLINE Vec<float> dot_pairs(Pairs a, Pairs b, Vec<float> sum) {
#if LEPTON_AVX512_BF16
  return _mm512_dpbf16_ps(sum.v, reinterpret_cast<__m512bh>(a.v), reinterpret_cast<__m512bh>(b.v));
#else
  return fma(low_of(a), low_of(b), fma(high_of(a), high_of(b), sum));
#endif
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
