// Looking at gradients on their way, and changing them.
#pragma once

#include <functional>

#include "lepton/autograd/hook_handle.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// Gets the gradient by a tensor and gives the one that goes on in its place; an undefined tensor leaves it as it is.
using GradientHook = std::function<Tensor(const Tensor& gradient)>;

/// Gets a leaf whose `grad()` a walk has just added to.
using LeafHook = std::function<void(const Tensor& leaf)>;

/// Runs `hook` on the gradient by `x`, in every walk that comes to it: once a walk, with the sum of what comes from all
/// uses of x, before it goes on to x's inputs or, for a leaf, is added to `grad()`. Several run in the order of their
/// coming, each on what the one before gave. They run in `grad(root, {x})` too, and are recorded under create_graph.
/// Throws where x wants no gradient; the walk throws where a hook gives another shape or type. A hook of a leaf that
/// itself holds the leaf keeps it alive until it is removed: let it hold a reference.
///
/// Hooks belong to x's identity: a copy of a model has none, a moved one keeps them. In a captured step a hook runs
/// while it is recorded; what it computes is replayed, what it does on the host is not. A change of any leaf's hooks
/// records anew.
LEPTON_API HookHandle register_hook(const Tensor& x, GradientHook hook);

/// Runs `hook(leaf)` in every `backward` that adds to the leaf's `grad()`, once, as soon as all has been added: updates
/// in it let gradients go before others come. Throws where x is no leaf that wants a gradient.
LEPTON_API HookHandle register_post_accumulate_hook(const Tensor& leaf, LeafHook hook);

/// `x` as another tensor on the tape: the gradient that comes back through it passes `hook`, that of x's other uses
/// does not. x itself where it wants no gradient.
LEPTON_API Tensor on_gradient(const Tensor& x, GradientHook hook);

namespace detail {

/// The hooks of a tensor: at the node that made it, or at the leaf.
struct LEPTON_API TensorHooks final : RefCounted {
  /// A leaf's are lasting.
  explicit TensorHooks(HookLife life);
  ~TensorHooks();
  TensorHooks(const TensorHooks&) = delete;
  TensorHooks& operator=(const TensorHooks&) = delete;

  const HookLife life;
  std::shared_ptr<HookList<GradientHook>> gradient;
  std::shared_ptr<HookList<LeafHook>> accumulated;
};

}  // namespace detail
}  // namespace lepton
