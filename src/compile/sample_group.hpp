// A chain of launches that runs through a few samples at a time on each core, so that what lies between two launches
// stays in that core's cache.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "src/compile/recording.hpp"

namespace lepton::detail {

/// How a pointer of a launch moves from one part of the batch to the next.
enum class Along : std::uint8_t {
  fixed,   ///< the same for all samples: a weight
  sample,  ///< `bytes` further for each sample
  worker   ///< a piece of `bytes` for each thread: scratch, and what only the group sees
};

struct SamplePointer {
  std::uint32_t field;
  Along along;
  std::size_t bytes;
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
};

/// Sizes and pointers of a launch along its samples; `samples` is 0 where there are none.
Sliceable sliceable(const RecordedLaunch& launch);

/// The launch that runs `members` through `samples` samples, `chunk` at a time, with pieces for `workers` threads.
/// `pointers` and `slots` of each member are as they should be in the group.
struct SampleGroup {
  struct Member {
    Sliceable slice;
    std::uint32_t at;    // of its arguments in those of the group
    std::uint32_t size;
    const void* kernel;
    void (*run)(const void* kernel, const void* args, Stream stream);
    const void *whole, *rest;  // prepared for `chunk` samples, and for those of the last part
  };
  std::int64_t samples, chunk;
  int workers;
  std::vector<Member> members;
  std::vector<const char*> names;
};
RecordedLaunch sample_group_launch(SampleGroup group, std::vector<RecordedLaunch> members);
/// The group of a launch that is one; null for others.
const SampleGroup* sample_group_of(const RecordedLaunch& launch);
/// The arguments of a member inside the group's.
const std::byte* member_args(const RecordedLaunch& group, std::size_t member);

}  // namespace lepton::detail
