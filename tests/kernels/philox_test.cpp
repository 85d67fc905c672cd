// Philox: known answers of Random123, the helpers, and the vector form against the scalar one.
#include "lepton/core/philox.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "kernels/cpu/dispatch.hpp"
#include "vec_probe.hpp"

namespace lepton {
namespace {

using kernels::cpu::Isa;

void expect_words(const PhiloxBlock& block, std::uint32_t a, std::uint32_t b, std::uint32_t c,
                  std::uint32_t d) {
  EXPECT_EQ(block.word[0], a);
  EXPECT_EQ(block.word[1], b);
  EXPECT_EQ(block.word[2], c);
  EXPECT_EQ(block.word[3], d);
}

// The lines "philox4x32 10" of Random123's kat_vectors.
TEST(Philox, KnownAnswers) {
  const std::uint32_t ones = 0xffffffffu;
  expect_words(philox4x32({{0, 0, 0, 0}}, 0, 0), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
  expect_words(philox4x32({{ones, ones, ones, ones}}, ones, ones), 0x408f276d, 0x41c83b0e, 0xa20bc7c6,
               0x6d5451fd);
  expect_words(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0),
               0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
}

TEST(Philox, SeedAndCounterFillTheirWords) {
  const PhiloxBlock block = philox(0x0123456789abcdef, 0xfedcba9876543210);
  const PhiloxBlock same = philox4x32({{0x76543210, 0xfedcba98, 0, 0}}, 0x89abcdef, 0x01234567);
  EXPECT_EQ(std::memcmp(&block, &same, sizeof block), 0);
}

TEST(Philox, HalvesAreThoseOfTheWordsLowFirst) {
  const PhiloxBlock block{{0x00020001, 0x00040003, 0x00060005, 0x00080007}};
  for (int h = 0; h < 8; ++h) EXPECT_EQ(philox_half(block, h), std::uint32_t(h + 1));
}

TEST(Philox, UniformIsBelowOne) {
  EXPECT_EQ(uniform01(0), 0.0f);
  EXPECT_EQ(uniform01(0xffffffffu), 1.0f - 0x1p-24f);
  EXPECT_EQ(uniform01(0x80000000u), 0.5f);
}

class PhiloxVec : public ::testing::TestWithParam<Isa> {};
INSTANTIATE_TEST_SUITE_P(Isa, PhiloxVec, ::testing::Values(Isa::v3, Isa::v4),
                         [](const auto& isa) { return std::string(isa.param == Isa::v4 ? "v4" : "v3"); });

TEST_P(PhiloxVec, GivesTheScalarBits) {
  if (!supports(GetParam())) GTEST_SKIP() << "this CPU lacks the instruction set";
  const auto probe = GetParam() == Isa::v4 ? kernels::cpu::v4::philox_probe : kernels::cpu::v3::philox_probe;
  std::uint32_t block[16][4], stream[64];
  float uniform[64];
  // The third and fourth carry from the low word of the counter to the high one within a vector.
  for (const std::uint64_t counter : {0ull, 12345ull, 0xfffffffdull, 0x7fffffff9ull, ~0ull - 3}) {
    const std::uint64_t seed = 0x9e3779b97f4a7c15 ^ counter;
    const int blocks = probe(seed, counter, block, stream, uniform);
    for (int b = 0; b < blocks; ++b) {
      const PhiloxBlock right = philox(seed, counter + std::uint64_t(b));
      EXPECT_EQ(std::memcmp(block[b], right.word, sizeof right), 0) << "block " << b << " of " << counter;
      EXPECT_EQ(std::memcmp(stream + 4 * b, right.word, sizeof right), 0) << "stream block " << b;
      for (int h = 0; h < 8; ++h) {
        std::uint16_t half;
        std::memcpy(&half, reinterpret_cast<const char*>(stream) + 16 * b + 2 * h, sizeof half);
        EXPECT_EQ(half, philox_half(right, h));
      }
      for (int w = 0; w < 4; ++w) EXPECT_EQ(uniform[4 * b + w], uniform01(right.word[w]));
    }
  }
}

}  // namespace
}  // namespace lepton
