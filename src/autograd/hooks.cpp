// Gradient hooks: an operation that changes nothing, and whose backward calls the hook.
#include "lepton/autograd/hooks.hpp"

#include "src/autograd/apply.hpp"

namespace lepton {
namespace detail {
namespace {

struct Hook {
  static constexpr auto name = "on_gradient";
  GradientHook hook;
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor changed = hook(g);
    if (!changed.defined()) return g;
    if (changed.shape() != saved.input_shape(0) || changed.dtype() != g.dtype())
      throw Error(name, "the hook gave " + to_string(changed.shape()) + " " +
                            std::string(name_of(changed.dtype())) + " for a gradient " +
                            to_string(g.shape()) + " " + std::string(name_of(g.dtype())));
    return changed;
  }
};

}  // namespace
}  // namespace detail

Tensor on_gradient(const Tensor& x, GradientHook hook) {
  if (!hook) throw Error("on_gradient", "the hook is empty");
  const detail::TensorImpl& t = x.impl();
  return detail::apply_view(detail::Hook{std::move(hook)}, x, t.shape, t.strides, t.offset);
}

void register_hook(const Tensor& x, GradientHook hook) {
  if (x.is_leaf())
    throw Error("register_hook",
                "a leaf has no operation to hook; use the result of on_gradient(x, hook) in its place");
  const EnableGrad on;
  x.impl().node = on_gradient(x, std::move(hook)).impl().node;
}

}  // namespace lepton
