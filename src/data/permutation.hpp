// Shuffled numbers.
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "lepton/data/random_stream.hpp"

namespace lepton::data {

/// The numbers 0 .. n-1 in the order that the stream draws (Fisher & Yates 1938, in Durstenfeld's form).
inline std::vector<std::int64_t> permutation(std::int64_t n, RandomStream random) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t i = n - 1; i > 0; --i)
    std::swap(order[std::size_t(i)], order[std::size_t(random.below(i + 1))]);
  return order;
}

}  // namespace lepton::data
