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

/// Upper and lower halves of the 64-bit product of each lane with a factor.
struct Product {
  Words high, low;
};

LEPTON_INLINE Longs multiply_even(Longs a, Longs b) {
  const auto x = reinterpret_cast<IntRegister>(a.v), y = reinterpret_cast<IntRegister>(b.v);
  return reinterpret_cast<Longs::Raw>(LEPTON_MM(mul_epu32)(x, y));
}

LEPTON_INLINE Product multiply(Words a, std::uint32_t factor) {
  constexpr std::uint64_t kUpper = 0xffffffff00000000;
  const Longs lanes = bits_as<std::uint64_t>(a), f(factor);
  const auto even = multiply_even(lanes, f).v, odd = multiply_even(lanes.v >> 32, f).v;
  return {bits_as<std::uint32_t>(Longs((even >> 32) | (odd & kUpper))),
          bits_as<std::uint32_t>(Longs((even & ~kUpper) | (odd << 32)))};
}

/// The blocks whose number is `counter` plus what the lane of `ahead` holds; lane l of word[w] is word w.
LEPTON_INLINE PhiloxWords philox_ahead(std::uint64_t seed, std::uint64_t counter, Words ahead) {
  using C = PhiloxConstants;
  const auto low = std::uint32_t(counter), high = std::uint32_t(counter >> 32);
  Words c0 = Words(low) + ahead, c1 = select(c0 < ahead, Words(high + 1), Words(high)), c2(0), c3(0);
  auto key0 = std::uint32_t(seed), key1 = std::uint32_t(seed >> 32);
  for (int round = 0; round < C::rounds; ++round) {
    const Product p0 = multiply(c0, C::multiplier[0]), p1 = multiply(c2, C::multiplier[1]);
    c0 = p1.high.v ^ c1.v ^ key0;
    c1 = p1.low;
    c2 = p0.high.v ^ c3.v ^ key1;
    c3 = p0.low;
    key0 += C::key_step[0];
    key1 += C::key_step[1];
  }
  return {{c0, c1, c2, c3}};
}

/// Blocks `counter` to `counter` + kLanes - 1: lane l of word[w] is word w of block counter + l.
LEPTON_INLINE PhiloxWords philox_block(std::uint64_t seed, std::uint64_t counter) {
  Words ahead;
  for (int i = 0; i < Words::kLanes; ++i) ahead.v[i] = std::uint32_t(i);
  return philox_ahead(seed, counter, ahead);
}

/// The same blocks in the order of the stream: word[0] is its first kLanes words, word[1] the next, and so
/// on, so that storing them gives elements in order; seen as 16-bit lanes they are halves in order.
LEPTON_INLINE PhiloxWords philox_stream(std::uint64_t seed, std::uint64_t counter) {
  // Transposing 4 by 4 within each 128-bit part brings the block of lane 4 part + j to that part of vector
  // j, where block j * parts + part belongs: so this is what the lane computes.
  constexpr int kParts = Words::kLanes / 4;
  Words ahead;
  for (int i = 0; i < Words::kLanes; ++i) ahead.v[i] = std::uint32_t(i % 4 * kParts + i / 4);
  const PhiloxWords w = philox_ahead(seed, counter, ahead);
  IntRegister r[4];
  for (int i = 0; i < 4; ++i) r[i] = reinterpret_cast<IntRegister>(w.word[i].v);
  const auto low01 = LEPTON_MM(unpacklo_epi32)(r[0], r[1]), low23 = LEPTON_MM(unpacklo_epi32)(r[2], r[3]);
  const auto high01 = LEPTON_MM(unpackhi_epi32)(r[0], r[1]), high23 = LEPTON_MM(unpackhi_epi32)(r[2], r[3]);
  return {{reinterpret_cast<Words::Raw>(LEPTON_MM(unpacklo_epi64)(low01, low23)),
           reinterpret_cast<Words::Raw>(LEPTON_MM(unpackhi_epi64)(low01, low23)),
           reinterpret_cast<Words::Raw>(LEPTON_MM(unpacklo_epi64)(high01, high23)),
           reinterpret_cast<Words::Raw>(LEPTON_MM(unpackhi_epi64)(high01, high23))}};
}

/// lepton::uniform01 of each lane.
LEPTON_INLINE Vec<float> uniform01(Words w) {
  // As signed integers, for which AVX2 has a conversion; 24 bits are never negative.
  const auto upper = bits_as<std::int32_t>(Words(w.v >> 8));
  return convert<float>(upper) * Vec<float>(0x1p-24f);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
