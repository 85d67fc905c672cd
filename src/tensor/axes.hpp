// Axes in the order of memory.
#pragma once

#include "lepton/core/shape.hpp"

namespace lepton::detail {

/// Writes the axes of `shape` whose size is not 1, from the largest stride to the smallest (equal ones in their
/// own order), and returns how many there are.
inline int axes_by_stride(const Shape& shape, const Strides& strides, int (&axes)[kMaxRank]) {
  int n = 0;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] == 1) continue;
    int at = n++;
    for (; at > 0 && strides[axes[at - 1]] < strides[i]; --at) axes[at] = axes[at - 1];
    axes[at] = i;
  }
  return n;
}

}  // namespace lepton::detail
