// How work is cut into shards: by its size alone, so that results never depend on the number of threads.
//
// Everything here is inlined by force, since files compiled for several instruction sets include it.
#pragma once

#include <cstdint>

#include "lepton/core/parallel.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_SHARDS_INLINE inline __attribute__((always_inline)) constexpr

/// Most shards that work is cut into, and most that leave a partial result each, kept on the stack.
inline constexpr std::int64_t kMaxShards = 64, kMaxPartials = 32;

/// What a shard takes at least. Starting a region is well under a microsecond, waking a worker is more.
inline constexpr std::int64_t kShardPicoseconds = 20'000'000;

/// Shards for `items` pieces of work that take one core about `picoseconds` each: 1 under 40 microseconds.
LEPTON_SHARDS_INLINE std::int64_t shard_count(std::int64_t items, std::int64_t picoseconds,
                                              std::int64_t most = kMaxShards) {
  const std::int64_t worth = items * picoseconds / kShardPicoseconds;
  const std::int64_t bound = items < most ? items : most;
  const std::int64_t count = worth < bound ? worth : bound;
  return count > 1 ? count : 1;
}

struct Range {
  std::int64_t begin, end;
};

/// What shard `i` of `shards` has of [0, items): nothing for some where there are fewer items than shards.
LEPTON_SHARDS_INLINE Range shard_range(std::int64_t items, std::int64_t shards, std::int64_t i) {
  return {items * i / shards, items * (i + 1) / shards};
}

/// body(begin, end) for ranges that cover [0, items), whose items take about `picoseconds` each. What `body`
/// captures is read from memory again after every store, so that a long loop belongs in a function of its own,
/// with its pointers in variables.
template <class F>
LEPTON_SHARDS_INLINE void for_ranges(std::int64_t items, std::int64_t picoseconds, F&& body) {
  if (items == 0) return;
  const std::int64_t shards = shard_count(items, picoseconds);
  parallel_for(shards, [&](std::int64_t i) {
    const Range range = shard_range(items, shards, i);
    body(range.begin, range.end);
  });
}

#undef LEPTON_SHARDS_INLINE

}  // namespace lepton::kernels::cpu
