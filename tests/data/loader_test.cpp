// The loader: order, workers, errors, and leaving early.
#include "lepton/data/loader.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <thread>

#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

using Indices = std::vector<std::int64_t>;

/// Gives back the indices; counts batches, and can be slow or broken.
struct Probe {
  std::int64_t n = 10;
  std::int64_t broken = -1;  // a batch with this sample throws
  bool slow = false;
  std::shared_ptr<std::atomic<int>> reads = std::make_shared<std::atomic<int>>(0);

  std::int64_t size() const { return n; }
  Batch batch(std::span<const std::int64_t> indices) const {
    ++*reads;
    if (slow) std::this_thread::sleep_for(std::chrono::microseconds(indices[0] % 7 * 100));
    for (const std::int64_t i : indices)
      if (i == broken) throw Error("broken.jpg", "sample " + std::to_string(i));
    const Tensor x = tensor(indices, {std::int64_t(indices.size())});
    return Batch({x, x});
  }
};

Indices run_epoch(Loader& loader) {
  Indices seen;
  for (auto& [x, y] : loader) {
    const auto span = x.span<std::int64_t>();
    seen.insert(seen.end(), span.begin(), span.end());
  }
  return seen;
}

Indices sorted(Indices indices) {
  std::sort(indices.begin(), indices.end());
  return indices;
}

Indices counted(std::int64_t n) {
  Indices all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

TEST(Loader, OrderDependsOnSeedAndEpochAlone) {
  std::vector<Indices> first;
  for (const int workers : {0, 1, 2, 5}) {
    Loader loader(Probe{.n = 103, .slow = true},
                  {.batch_size = 8, .seed = 9, .workers = workers, .prefetch = 3});
    for (std::size_t epoch = 0; epoch < 3; ++epoch) {
      EXPECT_EQ(loader.epoch(), std::int64_t(epoch));
      const Indices seen = run_epoch(loader);
      EXPECT_EQ(sorted(seen), counted(103));
      if (workers == 0) first.push_back(seen);
      EXPECT_EQ(seen, first[epoch]) << workers << " workers";
    }
  }
  EXPECT_NE(first[0], first[1]);
  Loader other(Probe{.n = 103}, {.batch_size = 8, .seed = 10});
  EXPECT_NE(run_epoch(other), first[0]);
}

TEST(Loader, ShuffleNeverAndOnce) {
  Loader plain(Probe{}, {.batch_size = 3, .shuffle = Shuffle::never});
  EXPECT_EQ(run_epoch(plain), counted(10));
  Loader once(Probe{}, {.batch_size = 3, .shuffle = Shuffle::once});
  const Indices order = run_epoch(once);
  EXPECT_NE(order, counted(10));
  EXPECT_EQ(run_epoch(once), order);
}

TEST(Loader, LastBatch) {
  for (const auto& [last, steps, size] :
       {std::tuple(LastBatch::keep, 4, 1), std::tuple(LastBatch::drop, 3, 3)}) {
    Loader loader(Probe{}, {.batch_size = 3, .last = last});
    EXPECT_EQ(loader.steps_per_epoch(), steps);
    std::int64_t count = 0, final_size = 0;
    for (auto& [x, y] : loader) ++count, final_size = x.numel();
    EXPECT_EQ(count, steps);
    EXPECT_EQ(final_size, size);
  }
}

TEST(Loader, ResumesInTheMiddleOfAnEpoch) {
  Loader whole(Probe{.n = 50}, {.batch_size = 4});
  run_epoch(whole);
  const Indices second = run_epoch(whole);
  Loader resumed(Probe{.n = 50}, {.batch_size = 4});
  resumed.set_epoch(1, 5);
  EXPECT_EQ(run_epoch(resumed), Indices(second.begin() + 20, second.end()));
  EXPECT_EQ(resumed.epoch(), 2);
  EXPECT_EQ(run_epoch(resumed).size(), 50u);
  resumed.set_epoch(1, 13);  // the end of the epoch: nothing is left of it
  EXPECT_TRUE(run_epoch(resumed).empty());
}

TEST(Loader, ErrorsOfWorkersComeWhereTheBatchWouldHaveCome) {
  for (const int workers : {0, 1, 3}) {
    Loader loader(Probe{.n = 40, .broken = 22},
                  {.batch_size = 4, .shuffle = Shuffle::never, .workers = workers});
    std::int64_t steps = 0;
    expect_error(
        [&] {
          for ([[maybe_unused]] auto& batch : loader) ++steps;
        },
        {"[broken.jpg]", "sample 22"});
    EXPECT_EQ(steps, 5);
    EXPECT_EQ(loader.epoch(), 1);
    expect_error([&] { run_epoch(loader); }, {"[broken.jpg]"});  // it can be tried again
  }
  Loader first(Probe{.broken = 0}, {.shuffle = Shuffle::never});
  expect_error([&] { run_epoch(first); }, {"[broken.jpg]"});
}

TEST(Loader, LeavingEarlyStopsTheWorkers) {
  Probe probe{.n = 1000, .slow = true};
  Loader loader(probe, {.batch_size = 1, .workers = 3, .prefetch = 4});
  for (int i = 0; i < 20; ++i) {
    for ([[maybe_unused]] auto& batch : loader) break;
    EXPECT_EQ(loader.epoch(), i + 1);
  }
  const int reads = *probe.reads;
  EXPECT_LE(reads, 20 * 5);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(*probe.reads, reads);
}

TEST(Loader, ReadsNoFurtherAheadThanAsked) {
  Probe probe{.n = 100};
  Loader loader(probe, {.batch_size = 1, .workers = 2, .prefetch = 3});
  int taken = 0;
  for ([[maybe_unused]] auto& batch : loader) {
    if (++taken == 10) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_LE(*probe.reads, taken + 3);
    if (taken == 20) break;
  }
}

/// Counts the samples that are read in the thread that made it, and in others.
struct ByThread {
  struct Counts {
    std::thread::id maker = std::this_thread::get_id();
    std::atomic<int> here = 0, elsewhere = 0;
    std::atomic<bool> slow = true;
  };
  std::shared_ptr<Counts> counts = std::make_shared<Counts>();

  std::int64_t size() const { return 200; }
  Batch batch(std::span<const std::int64_t> indices) const {
    ++(std::this_thread::get_id() == counts->maker ? counts->here : counts->elsewhere);
    if (counts->slow) std::this_thread::sleep_for(std::chrono::microseconds(200));
    return Batch({tensor(indices, {std::int64_t(indices.size())}), Tensor()});
  }
};

TEST(Loader, ReadsInTheCallersThreadWhatIsCheap) {
  const ByThread data;
  auto& counts = *data.counts;
  Loader loader(data, {.batch_size = 1, .workers = 2}), plain(data, {.batch_size = 1, .workers = 0});
  run_epoch(loader);
  EXPECT_EQ(counts.here, 0);
  EXPECT_EQ(counts.elsewhere, 200);

  counts.slow = false;
  plain.set_epoch(1);
  EXPECT_EQ(run_epoch(loader), run_epoch(plain));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // under which nothing is cheap
  counts.here = 0;
  for (int epoch = 0; epoch < 1000 && counts.here == 0; ++epoch) run_epoch(loader);
  EXPECT_GT(counts.here, 0);
#endif

  counts.slow = true;
  counts.here = counts.elsewhere = 0;
  plain.set_epoch(loader.epoch());
  const Indices seen = run_epoch(loader);
  EXPECT_LE(counts.here, 1);  // by which it finds out
  EXPECT_EQ(counts.here + counts.elsewhere, 200);
  counts.slow = false;
  EXPECT_EQ(seen, run_epoch(plain));
}

TEST(Loader, Refuses) {
  expect_error([] { Loader(Probe{}, {.batch_size = 0}); }, {"[Loader]", "batch_size"});
  expect_error([] { Loader(Probe{}, {.workers = -1}); }, {"workers"});
  expect_error([] { Loader(Probe{}, {.prefetch = 0}); }, {"prefetch"});
  expect_error([] { Loader(Probe{.n = 0}); }, {"empty"});
  expect_error([] { Loader(Probe{}, {.batch_size = 11, .last = LastBatch::drop}); },
               {"do not fill a batch of 11"});
  Loader loader(Probe{});
  expect_error([&] { loader.set_epoch(0, 2); }, {"no step 2"});
  for ([[maybe_unused]] auto& batch : loader) {
    expect_error([&] { loader.begin(); }, {"is running"});
    expect_error([&] { loader.set_epoch(0); }, {"while a loop is running"});
  }
}

TEST(Loader, Moves) {
  Loader loader(Probe{}, {.batch_size = 3});
  Loader moved = std::move(loader);
  EXPECT_EQ(run_epoch(moved).size(), 10u);
}

}  // namespace
}  // namespace lepton::data
