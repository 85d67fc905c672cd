// Random numbers of the data layer: streams of Philox words that never meet a generator's.
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "lepton/core/philox.hpp"

namespace lepton::data {

/// What a stream is drawn for. Generators leave the fourth counter word 0, so no value here may be 0.
enum class Purpose : std::uint32_t { shuffle = 1, split = 2, sample = 3, synthetic = 4, rows = 5, folds = 6 };

/// The words of (seed, purpose, index), one after the other.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint32_t index)
      : key_{std::uint32_t(seed), std::uint32_t(seed >> 32)},
        counter_{{0, 0, index, std::uint32_t(purpose)}} {}

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
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// In [0, n), for n below 2^53: uniform() is at most 1 - 2^-53, so that the product never rounds up to n.
  std::int64_t below(std::int64_t n) { return std::int64_t(uniform() * double(n)); }

 private:
  std::uint32_t key_[2];
  PhiloxBlock counter_;
  PhiloxBlock block_{};
  unsigned used_ = 4;
};

/// The numbers 0 .. n-1 in the order that the stream draws (Fisher & Yates 1938, in Durstenfeld's form).
inline std::vector<std::int64_t> permutation(std::int64_t n, RandomStream random) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t i = n - 1; i > 0; --i)
    std::swap(order[std::size_t(i)], order[std::size_t(random.below(i + 1))]);
  return order;
}

}  // namespace lepton::data
