// What the transforms share: checks of their options, and sizes in words.
#pragma once

#include <string>

#include "lepton/core/error.hpp"
#include "lepton/data/transforms.hpp"

namespace lepton::data {

inline std::string size_text(std::int64_t height, std::int64_t width) {
  return std::to_string(height) + " x " + std::to_string(width);
}

/// Throws unless least <= low <= high <= most.
inline void check_range(const Range& range, double least, double most, const char* who, const char* what) {
  if (least <= range.low && range.low <= range.high && range.high <= most) return;
  throw Error(who, std::string(what) + " goes from " + std::to_string(range.low) + " to " +
                       std::to_string(range.high) + "; it must lie within " + std::to_string(least) +
                       " and " + std::to_string(most));
}

inline double drawn(const Range& range, RandomStream& random) {
  return random.uniform(range.low, range.high);
}

}  // namespace lepton::data
