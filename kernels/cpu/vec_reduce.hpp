// One value from all lanes of a Vec: sum, largest, smallest. Included by vec.hpp.
#pragma once

#include <utility>

#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

// Lane i takes what lane i + kStep holds, around the end.
template <int kStep, class T, int... kLane>
LEPTON_INLINE Vec<T> rotate(Vec<T> a, std::integer_sequence<int, kLane...>) {
  return __builtin_shufflevector(a.v, a.v, ((kLane + kStep) % Vec<T>::kLanes)...);
}

// Combines the upper half of the lanes with the lower, and again, so that the order is that of a tree.
template <int kStep, class T, class F> LEPTON_INLINE T reduce_lanes(Vec<T> a, F combine) {
  if constexpr (kStep == 0) return a.v[0];
  else {
    const Vec<T> other = rotate<kStep>(a, std::make_integer_sequence<int, Vec<T>::kLanes>());
    return reduce_lanes<kStep / 2>(combine(a, other), combine);
  }
}

/// Sum of the lanes; integers wrap in T.
template <class T> LEPTON_INLINE T reduce_add(Vec<T> a) {
  return reduce_lanes<Vec<T>::kLanes / 2>(a, [](Vec<T> x, Vec<T> y) { return x + y; });
}

/// The largest lane; NaN where one is NaN.
template <class T> LEPTON_INLINE T reduce_max(Vec<T> a) {
  return reduce_lanes<Vec<T>::kLanes / 2>(a, [](Vec<T> x, Vec<T> y) { return maximum(x, y); });
}

/// The smallest lane; NaN where one is NaN.
template <class T> LEPTON_INLINE T reduce_min(Vec<T> a) {
  return reduce_lanes<Vec<T>::kLanes / 2>(a, [](Vec<T> x, Vec<T> y) { return minimum(x, y); });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
