// What the tests of the kernels share: comparing numbers, and walks built and followed the plain way.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/pointwise.hpp"

namespace emu {

/// Equal to some rounding of T, relative above 1 and absolute below; NaN and infinities equal themselves.
template <class T> bool close(T result, double reference) {
  const double r = double(result);
  if (std::isnan(reference)) return std::isnan(r);
  if (std::isinf(reference) || !std::numeric_limits<T>::has_infinity) return r == reference;
  return std::abs(r - reference) <=
         32 * double(std::numeric_limits<T>::epsilon()) * (1 + std::abs(reference));
}

/// A walk over `sizes`, with the strides of one to three inputs.
inline lepton::kernels::Walk make_walk(const std::vector<std::int64_t>& sizes,
                                       const std::vector<std::vector<std::int64_t>>& strides) {
  lepton::kernels::Walk walk{};
  walk.rank = int(sizes.size());
  walk.n = 1;
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    walk.size[axis] = sizes[axis];
    walk.n *= sizes[axis];
    for (std::size_t k = 0; k < strides.size(); ++k) walk.stride[k][axis] = strides[k][axis];
  }
  return walk;
}

/// Offset in `input` of the walk's element i, found from the outermost axis inwards.
inline std::int64_t offset(const lepton::kernels::Walk& walk, int input, std::int64_t i) {
  std::int64_t at = 0, below = walk.n;  // elements under one index of the axis
  for (int axis = 0; axis < walk.rank; ++axis) {
    below /= walk.size[axis];
    at += i / below * walk.stride[input][axis];
    i %= below;
  }
  return at;
}

}  // namespace emu
