// Random number generators: a seed and a position in its Philox stream.
#pragma once

#include <cstdint>

#include "lepton/core/export.hpp"

namespace lepton {

/// Names a point in a counter-based random stream (Philox 4x32-10, Salmon et al. 2011). The numbers depend
/// on (seed, offset, element) alone: not on the device, nor on the number of threads.
class Generator {
 public:
  explicit Generator(std::uint64_t seed = 0) : seed_(seed) {}

  std::uint64_t seed() const { return seed_; }
  std::uint64_t offset() const { return offset_; }
  void set_offset(std::uint64_t offset) { offset_ = offset; }
  void set_seed(std::uint64_t seed) {
    seed_ = seed;
    offset_ = 0;
  }

  /// Takes `counters` positions of the stream and returns the first.
  std::uint64_t advance(std::uint64_t counters) {
    const std::uint64_t first = offset_;
    offset_ += counters;
    return first;
  }

  /// Where a captured step reads the seed and offset that it starts from. Written by the replay.
  std::uint64_t* replay_state() { return replay_; }

 private:
  std::uint64_t seed_;
  std::uint64_t offset_ = 0;
  std::uint64_t replay_[2] = {0, 0};
};

/// The generator of this thread that random functions use where none is given. Its seed is 0 at first.
LEPTON_API Generator& default_generator();

/// Sets the seed of this thread's default generator and starts its stream anew.
LEPTON_API void manual_seed(std::uint64_t seed);

}  // namespace lepton
