// Loops that are unrolled for sure: arrays of vectors that they index then stay in registers.
#pragma once

#include <type_traits>
#include <utility>

#include "kernels/cpu/isa.hpp"

/// After the parameters of a lambda in a kernel.
#define LEPTON_ALWAYS __attribute__((always_inline))

namespace lepton::kernels::cpu::LEPTON_ISA {

/// f(0), ..., f(kN - 1), as constants, one after the other.
template <int kN, class F> LEPTON_INLINE void unrolled(F&& f) {
  [&]<int... kI>(std::integer_sequence<int, kI...>) LEPTON_ALWAYS {
    (f(std::integral_constant<int, kI>{}), ...);
  }
  (std::make_integer_sequence<int, kN>{});
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
