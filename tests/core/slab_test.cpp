// Slabs: blocks do not overlap, and a slab goes back when all of its blocks are free.
#include "src/core/slab.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace lepton::detail {
namespace {

constexpr std::size_t kMiB = 1 << 20;

TEST(Slab, BlocksAreAlignedAndApart) {
  Slabs slabs;
  std::vector<std::pair<char*, std::size_t>> blocks;
  int opened = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    const std::size_t bytes = kSlabFrom + i * 9973 % (kSlabTo - kSlabFrom);
    const Slabs::Block block = slabs.cut(bytes);
    ASSERT_NE(block.memory, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block.memory) % 64, 0u);
    opened += block.opened;
    blocks.emplace_back(static_cast<char*>(block.memory), bytes);
    std::memset(block.memory, int(i), bytes);
  }
  EXPECT_GT(opened, 1);
  EXPECT_LT(opened, 20);
  std::sort(blocks.begin(), blocks.end());
  for (std::size_t i = 1; i < blocks.size(); ++i) EXPECT_GE(blocks[i].first, blocks[i - 1].first + blocks[i - 1].second);
  std::vector<std::vector<void*>> free(1);
  for (const auto& block : blocks) free[0].push_back(block.first);
  slabs.give_back(free);
  EXPECT_TRUE(free[0].empty());
}

TEST(Slab, StaysWhileOneOfItsBlocksIsInUse) {
  Slabs slabs;
  std::vector<std::vector<void*>> free(2);
  void* const used = slabs.cut(kMiB).memory;
  for (int i = 0; i < 60; ++i) free[std::size_t(i % 2)].push_back(slabs.cut(kMiB + std::size_t(i) * 64).memory);
  const std::size_t before = free[0].size() + free[1].size();
  slabs.give_back(free);
  const std::size_t kept = free[0].size() + free[1].size();
  EXPECT_GT(kept, 0u);       // the neighbours of the one in use
  EXPECT_LT(kept, before);   // the other slabs are gone
  std::memset(used, 1, kMiB);
  for (const auto& list : free)
    for (void* p : list) std::memset(p, 1, kMiB);
  free[0].push_back(used);
  slabs.give_back(free);
  EXPECT_TRUE(free[0].empty() && free[1].empty());
}

}  // namespace
}  // namespace lepton::detail
