// The door: every kernel in the library is started here, eagerly or while a step is recorded.
#pragma once

#include <initializer_list>

#include "kernels/kernel.hpp"
#include "lepton/core/parallel.hpp"
#include "lepton/tensor/tensor.hpp"
#include "src/core/recorder.hpp"

namespace lepton::detail {

/// Point an argument at a tensor's elements, and say what the kernel does with them.
template <class P> Slot reads(P*& field, const Tensor& t) {
  field = static_cast<P*>(t.raw());
  return {&field, t.ref()->storage.get(), Access::read};
}
template <class P> Slot writes(P*& field, const Tensor& t) {
  field = static_cast<P*>(t.raw());
  return {&field, t.ref()->storage.get(), Access::write};
}
/// Reads what is there and writes it anew.
template <class P> Slot updates(P*& field, const Tensor& t) {
  field = static_cast<P*>(t.raw());
  return {&field, t.ref()->storage.get(), Access::update};
}

/// Runs a kernel, tells the recorder, and counts the writes.
LEPTON_API void launch(const Call& call);
/// Runs a kernel on the device of `call.stream`, and nothing else.
void run(const Call& call);

/// Runs `kernel(args)` on the device of its tensors. `slots` name every pointer of `args` that leads into one.
template <class Args>
void launch(const kernels::Kernel<Args>& kernel, const Args& args, std::span<const Slot> slots) {
  constexpr auto run = [](const void* k, const void* a, Stream stream) {
    static_cast<const kernels::Kernel<Args>*>(k)->cpu(*static_cast<const Args*>(a), stream);
  };
#if defined(__GNUC__) && !defined(__clang__)
  constexpr auto clear = [](void* a) { __builtin_clear_padding(static_cast<Args*>(a)); };
  launch(Call{&kernel, kernel.name, run, &args, sizeof(Args), {}, slots, clear});
#else
  launch(Call{&kernel, kernel.name, run, &args, sizeof(Args), {}, slots});
#endif
}
template <class Args>
void launch(const kernels::Kernel<Args>& kernel, const Args& args, std::initializer_list<Slot> slots) {
  launch(kernel, args, std::span<const Slot>(slots.begin(), slots.size()));
}

}  // namespace lepton::detail
