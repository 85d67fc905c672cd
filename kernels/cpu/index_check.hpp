// Refusing indices that lie outside.
#pragma once

#include <cstdint>
#include <string>

#include "lepton/core/error.hpp"

namespace lepton::kernels::cpu {

/// Throws an Error in the name of `where` for an index outside [0, size).
inline void check_indices(const char* where, const std::int64_t* index, std::int64_t count,
                          std::int64_t size) {
  for (std::int64_t i = 0; i < count; ++i)
    if (index[i] < 0 || index[i] >= size) [[unlikely]]
      throw Error(where, "index " + std::to_string(index[i]) + " at place " + std::to_string(i) +
                             " is outside [0, " + std::to_string(size) + ")");
}

}  // namespace lepton::kernels::cpu
