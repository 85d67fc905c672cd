// Generators: positions in a stream, one a thread.
#include "lepton/core/rng.hpp"

#include <thread>

#include "lepton/ops/random.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

TEST(GeneratorTest, SeedAndOffset) {
  Generator g(7);
  EXPECT_EQ(g.seed(), 7u);
  EXPECT_EQ(g.advance(5), 0u);
  EXPECT_EQ(g.advance(2), 5u);
  EXPECT_EQ(g.offset(), 7u);
  g.set_seed(8);
  EXPECT_EQ(g.seed(), 8u);
  EXPECT_EQ(g.offset(), 0u);
}

TEST(GeneratorTest, SameSeedSameNumbers) {
  Generator a(3), b(3), c(4);
  const Tensor x = uniform({100}, 0, 1, a);
  EXPECT_TRUE(same_bits(uniform({100}, 0, 1, b), x));
  EXPECT_FALSE(same_bits(uniform({100}, 0, 1, c), x));
  EXPECT_FALSE(same_bits(uniform({100}, 0, 1, a), x)) << "the stream goes on";
}

TEST(GeneratorTest, TakenUpAtAnOffset) {
  Generator a(3);
  uniform({37}, 0, 1, a);
  Generator b(3);
  b.set_offset(a.offset());
  EXPECT_TRUE(same_bits(normal({50}, 0, 1, b), normal({50}, 0, 1, a)));
}

TEST(GeneratorTest, DrawsDoNotOverlap) {
  Generator a(3);
  const Tensor one = uniform({8}, 0, 1, a);
  const Tensor two = uniform({8}, 0, 1, a);
  Generator b(3);
  EXPECT_TRUE(same_bits(uniform({16}, 0, 1, b), [&] {
    std::vector<float> both = one.to_vector<float>();
    for (const float v : two.to_vector<float>()) both.push_back(v);
    return tensor(both, {16});
  }()));
}

TEST(GeneratorTest, DefaultIsTheThreadsOwn) {
  manual_seed(9);
  const Tensor here = rand({4});
  Tensor there, unseeded;
  std::thread([&] {
    unseeded = rand({4});
    manual_seed(9);
    there = rand({4});
  }).join();
  EXPECT_TRUE(same_bits(there, here));
  manual_seed(0);
  EXPECT_TRUE(same_bits(unseeded, rand({4}))) << "a thread starts with seed 0";
}

}  // namespace
}  // namespace lepton::test
