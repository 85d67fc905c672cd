// A chain of launches that runs through a few samples at a time on each core, so that what lies between two launches
// stays in that core's cache.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/cpu/shards.hpp"
#include "src/compile/recording.hpp"

namespace lepton::detail {

/// How a pointer of a launch moves from one part of the batch to the next.
enum class Along : std::uint8_t {
  fixed,   ///< the same for all samples: a weight
  sample,  ///< `bytes` further for each sample
  worker,  ///< a piece of `bytes` for each thread: scratch, and what only the group sees
  shared   ///< the same for all; `Sliceable::shared` says how many bytes there must be
};

struct SamplePointer {
  std::uint32_t field;
  Along along;
  std::size_t bytes;
};

/// Some samples on a thread. A shard is what is summed in one piece: its parts come one after the other.
struct SamplePart {
  std::int64_t first, count, shard;
  bool starts;  ///< whether they are the shard's first
};

/// What a launch would look like for some of its samples.
struct Sliceable {
  std::int64_t samples = 0;  ///< 0 where it cannot be cut
  std::vector<SamplePointer> pointers;
  std::size_t weight_bytes = 0;  ///< read for every sample
  /// Makes arguments for `count` samples of those for all; `prepared` is what `prepare(count)` gave.
  void (*resize)(void* args, std::int64_t count, const void* prepared) = nullptr;
  const void* (*prepare)(const void* args, std::int64_t count) = nullptr;
  std::size_t (*scratch)(const void* prepared) = nullptr;  ///< of the pointer `along` worker, where there is one

  // Where the result is a sum over samples, of a fixed number of shards; instead of the functions above.
  std::int64_t shards = 0;
  void (*add)(const void* args, const SamplePart& part) = nullptr;  ///< with pointers along samples at the part's first
  void (*finish)(const void* args) = nullptr;                       ///< when all shards are there
  std::size_t (*shared)(const void* args, int workers) = nullptr;   ///< bytes of the pointer `along` shared
};

/// Sizes and pointers of a launch along its samples; `samples` is 0 where there are none.
Sliceable sliceable(const RecordedLaunch& launch);

/// The launch that runs `members` through `samples` samples, `chunk` of a shard at a time, with pieces for `workers`
/// threads.
/// `pointers` and `slots` of each member are as they should be in the group.
struct SampleGroup {
  struct Member {
    Sliceable slice;
    std::uint32_t at;    // of its arguments in those of the group
    std::uint32_t size;
    const void* kernel;
    void (*run)(const void* kernel, const void* args, Stream stream);
    std::vector<const void*> prepared;  // for 0, 1, ... `chunk` samples, where there are parts of that size
  };
  std::int64_t samples, chunk;
  std::int64_t shards;  // whose parts run one after the other; as many as there are parts where nothing is summed
  int workers;
  std::vector<Member> members;
  std::vector<const char*> names;

  /// visit(part) for the parts of one shard.
  template <class Visit> void for_parts(std::int64_t shard, Visit&& visit) const {
    const kernels::cpu::Range range = kernels::cpu::shard_range(samples, shards, shard);
    for (std::int64_t first = range.begin; first < range.end; first += chunk)
      visit(SamplePart{first, std::min(chunk, range.end - first), shard, first == range.begin});
  }
};
RecordedLaunch sample_group_launch(SampleGroup group, std::vector<RecordedLaunch> members);
/// The group of a launch that is one; null for others.
const SampleGroup* sample_group_of(const RecordedLaunch& launch);
/// The arguments of a member inside the group's.
const std::byte* member_args(const RecordedLaunch& group, std::size_t member);

}  // namespace lepton::detail
