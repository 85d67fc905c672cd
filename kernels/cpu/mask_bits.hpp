// The bits of dropout masks: drawing them from the Philox stream, and using them.
#pragma once

#include "kernels/cpu/philox_vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// Elements whose bits are drawn at a time.
inline constexpr std::int64_t kKeepBits = 128;

/// Mask bits of 128 elements, the lowest bit of the first word being the first element's.
struct KeepBits {
  std::uint64_t word[2];
};

/// Bit h of the result: whether the 16-bit half h of the stream that `words(i)` gives piece by piece is at most `most`.
template <class Stream> LEPTON_INLINE KeepBits keep_bits(std::uint16_t most, Stream&& words) {
  const auto limit = reinterpret_cast<IntRegister>(Vec<std::uint16_t>(most).v);
  KeepBits bits;
#if LEPTON_AVX512
  const PhiloxWords w = words(0);
  std::uint32_t part[4];
  for (int i = 0; i < 4; ++i)
    part[i] = _mm512_cmple_epu16_mask(reinterpret_cast<IntRegister>(w.word[i].v), limit);
  for (int i = 0; i < 2; ++i) bits.word[i] = part[2 * i] | std::uint64_t(part[2 * i + 1]) << 32;
#else
  for (int i = 0; i < 2; ++i) {
    const PhiloxWords w = words(i);
    IntRegister kept[4];
    for (int k = 0; k < 4; ++k) {
      const auto halves = reinterpret_cast<IntRegister>(w.word[k].v);
      kept[k] = _mm256_cmpeq_epi16(_mm256_min_epu16(halves, limit), halves);
    }
    // Packing to bytes takes 8 from one and 8 from the other in turn; the permutation puts them in order.
    const auto first =
        _mm256_movemask_epi8(_mm256_permute4x64_epi64(_mm256_packs_epi16(kept[0], kept[1]), 0xd8));
    const auto second =
        _mm256_movemask_epi8(_mm256_permute4x64_epi64(_mm256_packs_epi16(kept[2], kept[3]), 0xd8));
    bits.word[i] = std::uint32_t(first) | std::uint64_t(std::uint32_t(second)) << 32;
  }
#endif
  return bits;
}

/// The bits of the 16 blocks from `counter` on, 8 a block.
LEPTON_INLINE KeepBits draw(std::uint64_t seed, std::uint64_t counter, std::uint16_t most) {
  return keep_bits(most,
                   [&](int i) { return philox_stream(seed, counter + std::uint64_t(i) * Words::kLanes); });
}

/// The bits of the 16 blocks whose numbers are `counter` + ahead[i].
LEPTON_INLINE KeepBits draw_blocks(std::uint64_t seed, std::uint64_t counter, const std::uint32_t* ahead,
                                   std::uint16_t most) {
  return keep_bits(most, [&](int i) { return philox_stream(seed, counter, ahead + i * Words::kLanes); });
}

/// x in the lanes whose bit is set, else 0.
template <class T> LEPTON_INLINE Vec<T> keep(Vec<T> x, std::uint64_t bits) {
#if LEPTON_AVX512
  if constexpr (sizeof(T) == 4) return _mm512_maskz_mov_ps(__mmask16(bits), x.v);
  else return _mm512_maskz_mov_pd(__mmask8(bits), x.v);
#else
  using Int = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  using Bits = Vec<Int>;
  Bits lane_bit;
  for (int i = 0; i < Bits::kLanes; ++i) lane_bit.v[i] = 1 << i;
  const auto mask = (Bits(bits).v & lane_bit.v) == lane_bit.v;
  return bits_as<T>(Bits(bits_as<Int>(x).v & mask));
#endif
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
