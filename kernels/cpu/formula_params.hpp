// A formula from the bytes of a kernel's arguments.
#pragma once

#include <cstddef>

#include "kernels/cpu/isa.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

template <class F> LEPTON_INLINE F formula_from(const std::byte* params) {
  F f{};
  __builtin_memcpy(static_cast<void*>(&f), params, sizeof f);
  return f;
}

/// The gradient by a formula's argument, from what the formula asks for.
template <class F, class V> LEPTON_INLINE V gradient_of(const F& f, V g, V saved) {
  if constexpr (op::FromY<F>) return f.grad_from_y(g, saved);
  else return f.grad_from_x(g, saved);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
