// The memory plan never lets two living blocks overlap, and stays near the bound.
#include "src/compile/memory_plan.hpp"

#include <gtest/gtest.h>

#include <random>

namespace lepton::detail {
namespace {

TEST(MemoryPlan, living_blocks_do_not_overlap) {
  std::mt19937 random(5);
  for (int round = 0; round < 50; ++round) {
    std::vector<Lifetime> blocks;
    for (int i = 0; i < 60; ++i) {
      const int first = int(random() % 40);
      blocks.push_back({1 + random() % 5000, first, first + int(random() % 10)});
    }
    const std::size_t size = plan_memory(blocks);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      EXPECT_EQ(blocks[i].offset % 64, 0u);
      EXPECT_LE(blocks[i].offset + blocks[i].bytes, size);
      for (std::size_t j = 0; j < i; ++j) {
        const bool together = blocks[i].first <= blocks[j].last && blocks[j].first <= blocks[i].last;
        const bool overlap = blocks[i].offset < blocks[j].offset + blocks[j].bytes &&
                             blocks[j].offset < blocks[i].offset + blocks[i].bytes;
        EXPECT_FALSE(together && overlap);
      }
    }
    EXPECT_GE(size, live_bytes(blocks));
    EXPECT_LE(double(size), 1.3 * double(live_bytes(blocks)));
  }
}

TEST(MemoryPlan, blocks_one_after_the_other_share) {
  std::vector<Lifetime> blocks{{1000, 0, 1}, {1000, 2, 3}, {1000, 4, 5}};
  EXPECT_EQ(plan_memory(blocks), 1024u);
}

}  // namespace
}  // namespace lepton::detail
