// A vector of floats as vectors of doubles, for sums that are kept in double.
#pragma once

#include <utility>

#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// A vector of T as vectors of Wide: itself, or floats as two vectors of doubles.
template <class Wide, class T> struct Widened {
  static constexpr int kParts = sizeof(Wide) / sizeof(T);
  Vec<Wide> part[kParts];

  LEPTON_INLINE explicit Widened(Wide x) {
    for (auto& p : part) p = Vec<Wide>(x);
  }
  LEPTON_INLINE explicit Widened(Vec<T> v) {
    if constexpr (kParts == 1) part[0] = v;
    else widen(v, std::make_integer_sequence<int, Vec<Wide>::kLanes>());
  }

 private:
  template <int... kLane> LEPTON_INLINE void widen(Vec<T> v, std::integer_sequence<int, kLane...>) {
    using Raw = typename Vec<Wide>::Raw;
    part[0] = __builtin_convertvector(__builtin_shufflevector(v.v, v.v, kLane...), Raw);
    part[1] =
        __builtin_convertvector(__builtin_shufflevector(v.v, v.v, (kLane + int(sizeof...(kLane)))...), Raw);
  }
};

}  // namespace lepton::kernels::cpu::LEPTON_ISA
