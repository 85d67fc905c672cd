// Philox4x32-10 in vectors: a block a lane, the same bits as lepton::philox.
#pragma once

#include <cstdint>

#include "kernels/cpu/vec.hpp"
#include "lepton/core/philox.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

using Words = Vec<std::uint32_t>;
using Longs = Vec<std::uint64_t>;

/// Four words of kLanes blocks; which lane holds what depends on the function that gives them.
struct PhiloxWords {
  Words word[4];
};

/// The product of the lower 32 bits of each lane, in 64 bits.
LEPTON_INLINE Longs multiply_low(Longs a, Longs b) {
  const auto x = reinterpret_cast<IntRegister>(a.v), y = reinterpret_cast<IntRegister>(b.v);
  return reinterpret_cast<Longs::Raw>(LEPTON_MM(mul_epu32)(x, y));
}

/// The upper 32 bits of each lane, moved down; what is left above does not matter.
LEPTON_INLINE Longs upper(Longs a) {
#if LEPTON_AVX512  // where shifts wait for the multiplier's port, shuffles do not
  return reinterpret_cast<Longs::Raw>(
      _mm512_shuffle_epi32(reinterpret_cast<IntRegister>(a.v), _MM_PERM_DDBB));
#else
  return a.v >> 32;
#endif
}

/// Blocks in 64-bit lanes, whose lower halves count: as multiply_low takes them and gives them, so that a
/// round needs no shuffles. The upper halves hold anything.
struct PhiloxLanes {
  Longs c0, c1, c2, c3;

  LEPTON_INLINE void round(std::uint32_t key0, std::uint32_t key1) {
    using C = PhiloxConstants;
    const Longs p0 = multiply_low(c0, Longs(C::multiplier[0])),
                p1 = multiply_low(c2, Longs(C::multiplier[1]));
    c0 = upper(p1).v ^ c1.v ^ key0;
    c1 = p1;
    c2 = upper(p0).v ^ c3.v ^ key1;
    c3 = p0;
  }
};

/// The lower halves of `even` in the even 32-bit lanes, those of `odd` in the odd ones.
LEPTON_INLINE Words interleave(Longs even, Longs odd) {
  return bits_as<std::uint32_t>(Longs((even.v & 0xffffffff) | (odd.v << 32)));
}

/// The blocks whose number is `counter` plus what the lane of `ahead` holds; lane l of word[w] is word w.
LEPTON_INLINE PhiloxWords philox_ahead(std::uint64_t seed, std::uint64_t counter, Words ahead) {
  using C = PhiloxConstants;
  const auto low = std::uint32_t(counter), high = std::uint32_t(counter >> 32);
  const Words c0 = Words(low) + ahead, c1 = select(c0 < ahead, Words(high + 1), Words(high));
  const Longs l0 = bits_as<std::uint64_t>(c0), l1 = bits_as<std::uint64_t>(c1), zero(0);
  PhiloxLanes even{l0, l1, zero, zero}, odd{l0.v >> 32, l1.v >> 32, zero, zero};
  auto key0 = std::uint32_t(seed), key1 = std::uint32_t(seed >> 32);
  for (int round = 0; round < C::rounds; ++round) {
    even.round(key0, key1);
    odd.round(key0, key1);
    key0 += C::key_step[0];
    key1 += C::key_step[1];
  }
  return {{interleave(even.c0, odd.c0), interleave(even.c1, odd.c1), interleave(even.c2, odd.c2),
           interleave(even.c3, odd.c3)}};
}

/// Blocks `counter` to `counter` + kLanes - 1: lane l of word[w] is word w of block counter + l.
LEPTON_INLINE PhiloxWords philox_block(std::uint64_t seed, std::uint64_t counter) {
  Words ahead;
  for (int i = 0; i < Words::kLanes; ++i) ahead.v[i] = std::uint32_t(i);
  return philox_ahead(seed, counter, ahead);
}

/// The block whose words lane `lane` computes for philox_stream: transposing 4 by 4 within each 128-bit part brings
/// the block of lane 4 part + j to that part of vector j, where block j * parts + part belongs.
LEPTON_INLINE constexpr int block_of_lane(int lane) { return lane % 4 * (Words::kLanes / 4) + lane / 4; }

/// From lanes so arranged the words in the order of the stream.
LEPTON_INLINE PhiloxWords in_stream_order(const PhiloxWords& w) {
  IntRegister r[4];
  for (int i = 0; i < 4; ++i) r[i] = reinterpret_cast<IntRegister>(w.word[i].v);
  const auto low01 = LEPTON_MM(unpacklo_epi32)(r[0], r[1]), low23 = LEPTON_MM(unpacklo_epi32)(r[2], r[3]);
  const auto high01 = LEPTON_MM(unpackhi_epi32)(r[0], r[1]), high23 = LEPTON_MM(unpackhi_epi32)(r[2], r[3]);
  return {{reinterpret_cast<Words::Raw>(LEPTON_MM(unpacklo_epi64)(low01, low23)),
           reinterpret_cast<Words::Raw>(LEPTON_MM(unpackhi_epi64)(low01, low23)),
           reinterpret_cast<Words::Raw>(LEPTON_MM(unpacklo_epi64)(high01, high23)),
           reinterpret_cast<Words::Raw>(LEPTON_MM(unpackhi_epi64)(high01, high23))}};
}

/// The same blocks in the order of the stream: word[0] is its first kLanes words, word[1] the next, and so
/// on, so that storing them gives elements in order; seen as 16-bit lanes they are halves in order.
LEPTON_INLINE PhiloxWords philox_stream(std::uint64_t seed, std::uint64_t counter) {
  Words ahead;
  for (int i = 0; i < Words::kLanes; ++i) ahead.v[i] = std::uint32_t(block_of_lane(i));
  return in_stream_order(philox_ahead(seed, counter, ahead));
}

/// The same of any kLanes blocks, `counter` + ahead[i].
LEPTON_INLINE PhiloxWords philox_stream(std::uint64_t seed, std::uint64_t counter,
                                        const std::uint32_t* ahead) {
  Words lanes;
  for (int i = 0; i < Words::kLanes; ++i) lanes.v[i] = ahead[block_of_lane(i)];
  return in_stream_order(philox_ahead(seed, counter, lanes));
}

/// lepton::uniform01 of each lane.
LEPTON_INLINE Vec<float> uniform01(Words w) {
  // As signed integers, for which AVX2 has a conversion; 24 bits are never negative.
  const auto upper = bits_as<std::int32_t>(Words(w.v >> 8));
  return convert<float>(upper) * Vec<float>(0x1p-24f);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
