// The kernel contract, and how the door finds a kernel's two implementations.
//
// Contract. Requires: outputs are allocated, shapes checked, inputs contiguous unless the arguments carry
// strides. A kernel launches on the given stream, never allocates, never synchronizes, and never reads
// device memory from the host. Scratch it needs is an argument, sized beforehand by its `prepare`, which
// runs on the host and never in a replay. What changes from step to step (learning rate, step count, random
// offset) is read through a pointer. Arguments are trivially copyable: a captured step keeps their bytes.
#pragma once

#include <type_traits>

#include "lepton/core/stream.hpp"

namespace lepton::kernels {

/// A kernel by name. `cpu` is always there; a GPU backend, loaded on first use, looks `name` up in its table.
/// Constants of this type are what ops launch and what a captured step recognises when it fuses.
template <class Args> struct Kernel {
  static_assert(std::is_trivially_copyable_v<Args>);
  const char* name;
  void (*cpu)(const Args&, Stream);
};

}  // namespace lepton::kernels
