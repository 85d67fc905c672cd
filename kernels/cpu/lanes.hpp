// Going through a row of any length, vector by vector.
#pragma once

#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// A whole vector, or the first lanes of one.
template <class T> struct WholeVector {
  LEPTON_INLINE Vec<T> load(const T* p, T = T(0)) const { return Vec<T>::load(p); }
  LEPTON_INLINE void store(Vec<T> v, T* p) const { v.store(p); }
};
template <class T> struct FirstLanes {
  std::int64_t lanes;
  LEPTON_INLINE Vec<T> load(const T* p, T fill = T(0)) const { return Vec<T>::load_partial(p, lanes, fill); }
  LEPTON_INLINE void store(Vec<T> v, T* p) const { v.store_partial(p, lanes); }
};

/// f(place, lanes) over a row of n: lanes.load(p) and lanes.store(v, p) are of the vector there, or of what is left.
template <class T, class F> LEPTON_INLINE void over_lanes(std::int64_t n, F&& f) {
  std::int64_t i = 0;
  for (; i + Vec<T>::kLanes <= n; i += Vec<T>::kLanes) f(i, WholeVector<T>{});
  if (i < n) f(i, FirstLanes<T>{n - i});
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
