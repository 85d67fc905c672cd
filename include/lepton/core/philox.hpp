// Philox4x32-10: random bits as a function of a key and a counter (Salmon et al. 2011).
//
// The stream convention, the same on every device and at any number of threads. A generator is a seed and
// an offset, counted in blocks of four words; a draw takes the blocks from its offset on, and moves it:
// - element i of a random tensor is word i % 4 of block offset + i / 4;
// - element i of a dropout mask is half i % 8 of block offset + i / 8, where half h of a block is the low
//   (h even) or high (h odd) 16 bits of word h / 2.
// So in little-endian memory the blocks, written one after the other, are the elements in order.
#pragma once

#include <cstdint>

#include "lepton/core/formula.hpp"

namespace lepton {

/// The four words that one counter gives.
struct PhiloxBlock {
  std::uint32_t word[4];
};

/// Constants of the cipher, shared with its vector form.
struct PhiloxConstants {
  static constexpr int rounds = 10;
  static constexpr std::uint32_t multiplier[2] = {0xD2511F53u, 0xCD9E8D57u};
  static constexpr std::uint32_t key_step[2] = {0x9E3779B9u, 0xBB67AE85u};
};

/// The general form, with all four counter words and both key words, as in Random123.
LEPTON_HD PhiloxBlock philox4x32(PhiloxBlock counter, std::uint32_t key0, std::uint32_t key1) {
  using C = PhiloxConstants;
  std::uint32_t c0 = counter.word[0], c1 = counter.word[1], c2 = counter.word[2], c3 = counter.word[3];
  for (int round = 0; round < C::rounds; ++round) {
    const std::uint64_t p0 = std::uint64_t(C::multiplier[0]) * c0, p1 = std::uint64_t(C::multiplier[1]) * c2;
    c0 = std::uint32_t(p1 >> 32) ^ c1 ^ key0;
    c1 = std::uint32_t(p1);
    c2 = std::uint32_t(p0 >> 32) ^ c3 ^ key1;
    c3 = std::uint32_t(p0);
    key0 += C::key_step[0];
    key1 += C::key_step[1];
  }
  return {{c0, c1, c2, c3}};
}

/// Block number `counter` of the stream of `seed`.
LEPTON_HD PhiloxBlock philox(std::uint64_t seed, std::uint64_t counter) {
  const PhiloxBlock words{{std::uint32_t(counter), std::uint32_t(counter >> 32), 0, 0}};
  return philox4x32(words, std::uint32_t(seed), std::uint32_t(seed >> 32));
}

/// Half h of a block, 0 <= h < 8: what element h of a dropout mask is decided by.
LEPTON_HD std::uint32_t philox_half(const PhiloxBlock& block, int h) {
  return block.word[h / 2] >> (h % 2 * 16) & 0xffffu;
}

/// A float in [0, 1), evenly spaced by 2^-24, from the upper bits of a word.
LEPTON_HD float uniform01(std::uint32_t word) { return float(word >> 8) * 0x1p-24f; }

}  // namespace lepton
