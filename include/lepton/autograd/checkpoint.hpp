// Gradient checkpointing: activations are computed again in the backward pass instead of being kept.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton {

namespace detail {

class Checkpoint;
LEPTON_API void destroy(Checkpoint* checkpoint);

/// The first run of a checkpointed function, from its construction on.
class LEPTON_API CheckpointRun {
 public:
  /// `again` runs the function once more, and drops what it gives.
  CheckpointRun(std::function<void(std::span<const Tensor>)> again, const std::vector<Tensor>& inputs);
  ~CheckpointRun();
  CheckpointRun(const CheckpointRun&) = delete;
  CheckpointRun& operator=(const CheckpointRun&) = delete;
  /// The function has given `outputs`: what else it computed goes.
  void finish(std::span<const Tensor> outputs);

 private:
  Ref<Checkpoint> checkpoint_;
};

/// The tensors in what a function gives: one, or a vector, array, pair or tuple of them.
template <class R> std::vector<Tensor> tensors_of(const R& result) {
  if constexpr (std::is_convertible_v<const R&, const Tensor&>) {
    return {static_cast<const Tensor&>(result)};
  } else if constexpr (requires { std::tuple_size<R>::value; }) {
    return std::apply([](const auto&... t) { return std::vector<Tensor>{static_cast<const Tensor&>(t)...}; },
                      result);
  } else {
    return std::vector<Tensor>(result.begin(), result.end());
  }
}

}  // namespace detail

/// f(inputs...) without the activations in it: they are computed a second time when a gradient needs one (Chen et al.
/// 2016), with the random numbers and the autocast of the first. f gives a tensor, or a vector, array, pair or tuple of
/// them, and the same ones each time; a walk throws where it made tensors of other sizes. All else is as without: what
/// f refers to gets its gradients, of any order. What somebody else holds of f's tensors stays, too. `f` is kept: what
/// it refers to must outlive the walk.
///
///   x = checkpoint([&](const Tensor& h) { return block(h); }, x);
template <class F, class... In> auto checkpoint(F f, const In&... inputs) {
  using R = std::remove_cvref_t<decltype(f(static_cast<const Tensor&>(inputs)...))>;
  if (!grad_enabled()) return R(f(static_cast<const Tensor&>(inputs)...));
  const auto shared = std::make_shared<F>(std::move(f));
  const auto again = [&]<std::size_t... i>(std::index_sequence<i...>) {
    return [shared]([[maybe_unused]] std::span<const Tensor> x) { (void)(*shared)(x[i]...); };
  }
  (std::index_sequence_for<In...>{});
  detail::CheckpointRun run(again, {static_cast<const Tensor&>(inputs)...});
  R result = (*shared)(static_cast<const Tensor&>(inputs)...);
  run.finish(detail::tensors_of(result));
  return result;
}

}  // namespace lepton
