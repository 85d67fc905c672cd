// The thread pool: every shard once, exceptions, nesting, several users, denormals.
#include "lepton/core/parallel.hpp"

#include <atomic>
#include <limits>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "lepton/core/error.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/threads.hpp"

namespace lepton::test {
namespace {

TEST(Parallel, EveryShardOnce) {
  for (const int n : {1, 2, 3, 8}) {
    const Threads threads(n);
    EXPECT_EQ(num_threads(), n);
    for (const std::int64_t shards : {0, 1, 2, 7, 64, 10'000}) {
      std::vector<std::atomic<int>> calls(std::size_t(shards) + 1);
      parallel_for(shards, [&](std::int64_t i) { ++calls[std::size_t(i)]; });
      for (std::int64_t i = 0; i < shards; ++i) ASSERT_EQ(calls[std::size_t(i)], 1) << i << " of " << shards;
      ASSERT_EQ(calls[std::size_t(shards)], 0);
    }
  }
}

TEST(Parallel, UsesSeveralThreads) {
  const Threads threads(4);
  std::mutex mutex;
  std::set<std::thread::id> seen;
  for (int repeat = 0; repeat < 200 && seen.size() < 2; ++repeat)
    parallel_for(64, [&](std::int64_t) {
      const std::lock_guard lock(mutex);
      seen.insert(std::this_thread::get_id());
      std::this_thread::yield();
    });
  EXPECT_GE(seen.size(), 2u);
  EXPECT_LE(seen.size(), 4u);
}

TEST(Parallel, ExceptionsArrive) {
  for (const int n : {1, 4}) {
    const Threads threads(n);
    for (int repeat = 0; repeat < 50; ++repeat) {
      EXPECT_ERROR(parallel_for(100,
                                [](std::int64_t i) {
                                  if (i == 37) throw Error("shard", "37");
                                }),
                   "[shard] 37");
      EXPECT_ERROR(parallel_for(100, [](std::int64_t) { throw Error("shard", "any"); }), "[shard] any");
      std::atomic<int> calls = 0;
      parallel_for(100, [&](std::int64_t) { ++calls; });
      ASSERT_EQ(calls, 100);
    }
  }
}

TEST(Parallel, NestedRunsSerially) {
  const Threads threads(4);
  std::atomic<int> calls = 0;
  parallel_for(8, [&](std::int64_t) {
    const auto here = std::this_thread::get_id();
    parallel_for(8, [&](std::int64_t) {
      EXPECT_EQ(std::this_thread::get_id(), here);
      ++calls;
    });
  });
  EXPECT_EQ(calls, 64);
}

TEST(Parallel, NestedExceptionsArrive) {
  const Threads threads(4);
  const auto inner = [](std::int64_t) {
    parallel_for(4, [](std::int64_t i) {
      if (i == 3) throw Error("inner", "3");
    });
  };
  EXPECT_ERROR(parallel_for(4, inner), "[inner] 3");
}

TEST(Parallel, SeveralUserThreadsAtOnce) {
  const Threads threads(3);
  std::vector<std::thread> users;
  std::atomic<std::int64_t> total = 0;
  for (int u = 0; u < 4; ++u)
    users.emplace_back([&] {
      for (int repeat = 0; repeat < 300; ++repeat) {
        std::atomic<std::int64_t> sum = 0;
        parallel_for(20, [&](std::int64_t i) { sum += i; });
        ASSERT_EQ(sum, 190);
        total += sum;
      }
    });
  for (auto& user : users) user.join();
  EXPECT_EQ(total, 4 * 300 * 190);
}

TEST(Parallel, ThreadCountMayChangeBetweenRegions) {
  const Threads restore(2);
  for (int repeat = 0; repeat < 20; ++repeat)
    for (const int n : {1, 4, 2, 3}) {
      set_num_threads(n);
      std::atomic<int> calls = 0;
      parallel_for(16, [&](std::int64_t) { ++calls; });
      ASSERT_EQ(calls, 16);
    }
}

TEST(Parallel, WakesAfterARest) {
  const Threads threads(4);
  for (int repeat = 0; repeat < 5; ++repeat) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // longer than workers spin
    std::atomic<int> calls = 0;
    parallel_for(100, [&](std::int64_t) { ++calls; });
    ASSERT_EQ(calls, 100);
  }
}

TEST(Parallel, RefusesWhatCannotBe) {
  EXPECT_ERROR(set_num_threads(0), "[set_num_threads] needs at least 1 thread, got 0");
  const Threads threads(2);
  EXPECT_ERROR(parallel_for(4, [](std::int64_t) { set_num_threads(3); }),
               "[set_num_threads] called from inside a kernel");
  EXPECT_EQ(num_threads(), 2);
}

// Halving the smallest normal number gives a subnormal one.
bool flushed() {
  volatile float smallest = std::numeric_limits<float>::min();
  return smallest / 2 == 0;
}

TEST(FlushDenormalsTest, WhileItLives) {
  EXPECT_FALSE(flushed());
  {
    const FlushDenormals outer;
    EXPECT_TRUE(flushed());
    { const FlushDenormals inner; }
    EXPECT_TRUE(flushed());
  }
  EXPECT_FALSE(flushed());
}

TEST(FlushDenormalsTest, InEveryParallelShardAndNotAfter) {
  for (const int n : {1, 4}) {
    const Threads threads(n);
    parallel_for(64, [](std::int64_t) { EXPECT_TRUE(flushed()); });
    EXPECT_FALSE(flushed());
    EXPECT_ERROR(parallel_for(8, [](std::int64_t) { throw Error("x", "y"); }), "[x] y");
    EXPECT_FALSE(flushed());
  }
}

}  // namespace
}  // namespace lepton::test
