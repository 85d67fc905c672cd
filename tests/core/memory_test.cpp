// The caching allocator: reuse, alignment, counters, threads.
#include "lepton/core/memory.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <latch>
#include <thread>

#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

TEST(Memory, AlignedAndWritable) {
  for (const std::size_t bytes : {0ul, 1ul, 63ul, 64ul, 65ul, 4096ul, 65537ul, 3ul << 20}) {
    void* p = detail::allocate(bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % 64, 0u) << bytes;
    std::memset(p, 1, bytes);
    detail::release(p, bytes);
  }
}

TEST(Memory, FreedBlocksAreReused) {
  for (const std::size_t bytes : {100ul, 100'000ul, 5'000'000ul}) {
    void* p = detail::allocate(bytes);
    detail::release(p, bytes);
    const auto calls = memory_stats().system_calls;
    EXPECT_EQ(detail::allocate(bytes), p) << bytes;
    EXPECT_EQ(memory_stats().system_calls, calls);
    detail::release(p, bytes);
  }
}

TEST(Memory, AtMostAQuarterIsWasted) {
  for (std::size_t bytes = 256; bytes < (64u << 20); bytes = bytes * 5 / 4 + 13) {
    const auto before = memory_stats().in_use;
    void* p = detail::allocate(bytes);
    const auto taken = memory_stats().in_use - before;
    EXPECT_GE(taken, std::int64_t(bytes));
    EXPECT_LE(taken, std::int64_t(bytes + bytes / 4));
    detail::release(p, bytes);
    EXPECT_EQ(memory_stats().in_use, before);
  }
  empty_cache();
}

TEST(Memory, PeakAndCache) {
  empty_cache();
  EXPECT_EQ(memory_stats().cached, 0);
  reset_peak_memory();
  const auto before = memory_stats();
  { const Tensor a = empty({1 << 20}), b = empty({1 << 20}); }
  const auto after = memory_stats();
  EXPECT_EQ(after.in_use, before.in_use);
  EXPECT_EQ(after.peak - before.in_use, 8 << 20);
  EXPECT_EQ(after.cached, 8 << 20);
  reset_peak_memory();
  EXPECT_EQ(memory_stats().peak, after.in_use);
  empty_cache();
  EXPECT_EQ(memory_stats().cached, 0);
}

TEST(Memory, TooMuchIsAnError) {
  const auto before = memory_stats();
  EXPECT_ERROR(empty({std::int64_t(1) << 55}), "[allocate] out of memory asking for");
  EXPECT_ERROR(empty({std::int64_t(1) << 40, std::int64_t(1) << 40}), "[");
  EXPECT_ERROR(empty({-1}), "negative size in [-1]");
  EXPECT_EQ(memory_stats().in_use, before.in_use);
}

// What one thread allocates may be freed by another, also after the first has ended.
TEST(MemoryThreads, BlocksCrossThreads) {
  const auto before = memory_stats().in_use;
  Tensor small, large;
  std::thread([&] {
    small = full({10}, 1);
    large = full({100'000}, 2);
  }).join();
  EXPECT_EQ(small.to_vector<float>()[9], 1);
  EXPECT_EQ(large.to_vector<float>()[99'999], 2);
  std::thread([gone = std::move(small)]() mutable { gone = {}; }).join();
  large = {};
  EXPECT_EQ(memory_stats().in_use, before);
}

// As batches do that are read ahead: without a way back each would cost the system's memory.
TEST(MemoryThreads, BlocksComeBackFromWhoFreesThem) {
  constexpr int kBatches = 20'000;
  std::atomic<int> made{0}, used{0};
  Tensor slot;
  std::thread reader([&] {
    for (int i = 0; i < kBatches; ++i) {
      while (used.load() < i) std::this_thread::yield();
      slot = full({32, 20}, i);
      made = i + 1;
    }
  });
  std::int64_t early = 0;
  for (int i = 0; i < kBatches; ++i) {
    while (made.load() < i + 1) std::this_thread::yield();
    slot = {};
    used = i + 1;
    if (i == kBatches / 4) early = memory_stats().system_calls;
  }
  reader.join();
  EXPECT_EQ(memory_stats().system_calls, early);
}

TEST(MemoryThreads, ManyAtOnce) {
  const auto before = memory_stats().in_use;
  std::latch start(4);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t, &start] {
      start.arrive_and_wait();
      std::vector<Tensor> kept;
      for (int i = 0; i < 500; ++i) {
        kept.push_back(full({(i * 37 + t * 11) % 30'000 + 1}, t));
        if (kept.size() > 20) kept.erase(kept.begin() + i % 20);
      }
      for (const Tensor& x : kept) ASSERT_EQ(x.to_vector<float>().back(), float(t));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(memory_stats().in_use, before);
}

}  // namespace
}  // namespace lepton::test
