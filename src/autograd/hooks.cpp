// Gradient hooks: registering and running them.
#include "lepton/autograd/hooks.hpp"

#include <atomic>

#include "src/autograd/apply.hpp"
#include "src/autograd/run_hooks.hpp"

namespace lepton {
namespace detail {
namespace {

std::atomic<int> hooked_leaves{0};
std::atomic<std::uint64_t> changes{0};

/// An operation that changes nothing, for a node to put a hook on.
struct Pass {
  static constexpr auto name = "on_gradient";
  Grads backward(const Saved&, const Tensor& g) const { return g; }
};

TensorHooks& hooks_of(const Tensor& x) {
  TensorImpl& t = x.impl();
  Ref<TensorHooks>& hooks = t.node ? t.node->hooks : t.hooks;
  if (!hooks) hooks = Ref<TensorHooks>(new TensorHooks(t.node ? HookLife::step : HookLife::lasting));
  return *hooks;
}

}  // namespace

HookRegistry::~HookRegistry() = default;

std::uint64_t hook_changes() { return changes.load(std::memory_order_relaxed); }
void count_hook_change() { changes.fetch_add(1, std::memory_order_relaxed); }

TensorHooks::TensorHooks(HookLife how_long)
    : life(how_long),
      gradient(std::make_shared<HookList<GradientHook>>(life)),
      accumulated(std::make_shared<HookList<LeafHook>>(life)) {
  if (life == HookLife::lasting) hooked_leaves.fetch_add(1, std::memory_order_relaxed);
}
TensorHooks::~TensorHooks() {
  if (life == HookLife::lasting) hooked_leaves.fetch_sub(1, std::memory_order_relaxed);
}

void destroy(TensorHooks* hooks) { delete hooks; }

bool any_hooked_leaf() { return hooked_leaves.load(std::memory_order_relaxed) > 0; }

Tensor run_gradient_hooks(const TensorHooks& hooks, Tensor g) {
  const auto kept = hooks.gradient;  // a hook may let go of the tensor
  kept->each([&](const GradientHook& hook) {
    Tensor changed = hook(g);
    if (!changed.defined()) return;
    if (changed.shape() != g.shape() || changed.dtype() != g.dtype())
      throw Error("hook", "it gave " + to_string(changed.shape()) + " " +
                              std::string(name_of(changed.dtype())) + " for a gradient " +
                              to_string(g.shape()) + " " + std::string(name_of(g.dtype())));
    g = std::move(changed);
  });
  return g;
}

}  // namespace detail

void HookHandle::remove() const {
  if (const auto registry = registry_.lock()) registry->remove(id_);
}

bool HookHandle::active() const {
  const auto registry = registry_.lock();
  return registry && registry->contains(id_);
}

HookHandle register_hook(const Tensor& x, GradientHook hook) {
  if (!hook) throw Error("register_hook", "the hook is empty");
  if (!x.requires_grad())
    throw Error("register_hook", "no gradient comes to a tensor that wants none: " + to_string(x.shape()));
  const auto& list = detail::hooks_of(x).gradient;
  return {list, list->add(std::move(hook))};
}

HookHandle register_post_accumulate_hook(const Tensor& leaf, LeafHook hook) {
  constexpr auto kOp = "register_post_accumulate_hook";
  if (!hook) throw Error(kOp, "the hook is empty");
  if (!leaf.requires_grad() || !leaf.is_leaf())
    throw Error(kOp,
                "only leaves that want a gradient keep one; use register_hook on the result of an operation");
  const auto& list = detail::hooks_of(leaf).accumulated;
  return {list, list->add(std::move(hook))};
}

Tensor on_gradient(const Tensor& x, GradientHook hook) {
  if (!hook) throw Error("on_gradient", "the hook is empty");
  const detail::TensorImpl& t = x.impl();
  if (!t.requires_grad || !grad_enabled()) return x;
  Tensor y = detail::apply_view(detail::Pass{}, x, t.shape, t.strides, t.offset);
  register_hook(y, std::move(hook));
  return y;
}

}  // namespace lepton
