// Functions around a module's call: they see what goes in and comes out, and the gradients by both.
#pragma once

#include <functional>
#include <memory>
#include <type_traits>

#include "lepton/autograd/hook_handle.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::nn {

// Each may give a tensor that goes on in the place of the last argument; an undefined one changes nothing.
using ForwardPreHook = std::function<Tensor(const Tensor& x)>;
using ForwardHook = std::function<Tensor(const Tensor& x, const Tensor& y)>;
using BackwardPreHook = std::function<Tensor(const Tensor& grad_output)>;
/// The gradient by x is undefined where x wants none, and then nothing can take its place.
using BackwardHook = std::function<Tensor(const Tensor& grad_output, const Tensor& grad_input)>;

namespace detail {

/// The hooks of one module, a member of it. They stay with the module on which they were registered: a copy has none,
/// copy assignment leaves those of both sides as they are, a move takes them along.
class LEPTON_API ModuleHooks {
 public:
  ModuleHooks() = default;
  ModuleHooks(const ModuleHooks&) {}
  ModuleHooks(ModuleHooks&&) noexcept = default;
  ModuleHooks& operator=(const ModuleHooks&) { return *this; }
  ModuleHooks& operator=(ModuleHooks&&) noexcept = default;
  ~ModuleHooks() = default;

  HookHandle add_forward_pre(ForwardPreHook hook);
  HookHandle add_forward(ForwardHook hook);
  HookHandle add_backward_pre(BackwardPreHook hook);
  HookHandle add_backward(BackwardHook hook);

  /// f(x) with the hooks around it; f alone in a call that comes out of such an f.
  template <class F> Tensor around(const Tensor& x, F&& f) const {
    if (!lists_) [[likely]]
      return f(x);
    using Function = std::remove_reference_t<F>;
    return run(
        x,
        [](const void* object, const Tensor& in) -> Tensor {
          return (*static_cast<Function*>(const_cast<void*>(object)))(in);
        },
        &f);
  }

 private:
  struct Lists;
  Lists& lists();
  Tensor run(const Tensor& x, Tensor (*f)(const void* object, const Tensor& in), const void* object) const;

  std::shared_ptr<Lists> lists_;
};

}  // namespace detail
}  // namespace lepton::nn
