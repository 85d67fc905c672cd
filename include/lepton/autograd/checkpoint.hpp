// Gradient checkpointing: activations are computed again in the backward pass instead of being kept.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

namespace detail {
LEPTON_API Tensor checkpoint(std::function<Tensor(std::span<const Tensor>)> f, std::vector<Tensor> inputs);
}

/// f(inputs...) without the activations in it: they are computed a second time when the gradient comes (Chen et al.
/// 2016), with the random numbers and the autocast of the first. `f` gives the same result for the same inputs.
/// Parameters inside f get their gradients in `grad()`, by `backward`; `grad(root, parameters)` does not see them.
/// Differentiable once: a walk with .create_graph = true throws. `f` is kept: what it refers to must outlive the walk.
///
///   x = checkpoint([&](const Tensor& h) { return block(h); }, x);
template <class F, class... In> Tensor checkpoint(F f, const In&... inputs) {
  return detail::checkpoint(
      [f = std::move(f)]<std::size_t... i>(std::index_sequence<i...>) {
        return [f]([[maybe_unused]] std::span<const Tensor> x) mutable -> Tensor { return f(x[i]...); };
      }(std::index_sequence_for<In...>{}),
      {static_cast<const Tensor&>(inputs)...});
}

}  // namespace lepton
