// RandomStream: random numbers of the data layer, streams of Philox words that never meet a generator's.
#pragma once

#include <cstdint>

#include "lepton/core/philox.hpp"

namespace lepton::data {

/// What a stream is drawn for. Generators leave the fourth counter word 0, so no value here may be 0.
enum class Purpose : std::uint32_t {
  shuffle = 1,
  split = 2,
  sample = 3,
  synthetic = 4,
  rows = 5,
  folds = 6,
  transform = 7
};

/// The words of (seed, purpose, index, epoch), one after the other; 2^34 of them.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t index, std::uint32_t epoch = 0)
      : key_{std::uint32_t(seed), std::uint32_t(seed >> 32)},
        counter_{{0, epoch, index, std::uint32_t(purpose)}} {}

  /// The next 32 bits.
  std::uint32_t word() {
    if (used_ == 4) {
      block_ = philox4x32(counter_, key_[0], key_[1]);
      if (++counter_.word[0] == 0) ++counter_.word[1];
      used_ = 0;
    }
    return block_.word[used_++];
  }
  /// In [0, 1), of 53 bits.
  double uniform() {
    const std::uint64_t high = word() >> 5, low = word() >> 6;
    return double(high << 26 | low) * 0x1p-53;
  }
  /// In [low, high), and low itself where they are equal.
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// In [0, n), for n below 2^53: uniform() is at most 1 - 2^-53, so that the product never rounds up to n.
  std::int64_t below(std::int64_t n) { return std::int64_t(uniform() * double(n)); }

 private:
  std::uint32_t key_[2];
  PhiloxBlock counter_;
  PhiloxBlock block_{};
  unsigned used_ = 4;
};

}  // namespace lepton::data
