// A kernel's pointer that may be null.
#pragma once

#include "src/tensor/launch.hpp"

namespace lepton::detail {

/// Points `field` at an optional tensor; a null pointer needs no slot, so an absent one repeats `stand_in`'s.
template <class P> Slot optional(P*& field, const Tensor& t, const Slot& stand_in) {
  if (t.defined()) return reads(field, t);
  field = nullptr;
  return stand_in;
}

}  // namespace lepton::detail
