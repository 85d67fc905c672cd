// Captured steps: record a function once, replay it fast.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lepton/compile/options.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton {

namespace detail {

/// A function of tensors, without owning it.
struct StepFunction {
  void* context;
  std::vector<Tensor> (*call)(void* context, std::span<const Tensor> inputs);
};

/// The plans of one captured function: one for each combination of input shapes, types and devices.
class LEPTON_API CapturedStep {
 public:
  explicit CapturedStep(const CompileOptions& options = {});
  CapturedStep(CapturedStep&&) noexcept;
  CapturedStep& operator=(CapturedStep&&) noexcept;
  ~CapturedStep();

  std::vector<Tensor> operator()(StepFunction function, std::span<const Tensor> inputs);
  /// The same for a function that gives as many tensors as `results` has; a replay allocates nothing.
  void run(StepFunction function, std::span<const Tensor> inputs, std::span<Tensor> results);
  int recordings() const;
  std::size_t arena_bytes() const;
  const std::string& refusal() const;
  std::string explain() const;
  std::string profile(StepFunction function, std::span<const Tensor> inputs, int steps);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace detail

/// What `compile` returns: call it like the function. Movable.
template <class F> class Compiled {
 public:
  explicit Compiled(F function, const CompileOptions& options = {})
      : function_(std::move(function)), step_(options) {}

  template <class... In> auto operator()(const In&... in) {
    using Result = std::invoke_result_t<F&, const In&...>;
    const Tensor inputs[] = {Tensor(static_cast<const Tensor&>(in))..., Tensor()};
    const std::span<const Tensor> all(inputs, sizeof...(In));
    if constexpr (std::is_void_v<Result>) {
      step_.run(function<In...>(), all, {});
    } else if constexpr (std::is_same_v<std::remove_cvref_t<Result>, Tensor>) {
      Tensor result;
      step_.run(function<In...>(), all, {&result, 1});
      return result;
    } else {
      return step_(function<In...>(), all);
    }
  }

  /// How often the function has been recorded: once a combination of shapes, and again where a gradient, a
  /// module's mode or a parameter's storage was not what a plan expects.
  int recordings() const { return step_.recordings(); }
  /// Memory of all plans' intermediate results.
  std::size_t arena_bytes() const { return step_.arena_bytes(); }
  /// Why the step runs as written, with CompileOptions::on_refusal = Refusal::eager; empty while it is captured.
  const std::string& refusal() const { return step_.refusal(); }
  /// The plans in words: kernels in order, with the bytes they touch and where those lie.
  std::string explain() const { return step_.explain(); }
  /// Runs `steps` more steps on these inputs, and says how long each kernel of the plan took: a line a kernel, with
  /// the median in microseconds and, where it multiplies, GFLOP/s. For finding out what a step waits for.
  template <class... In> std::string profile(int steps, const In&... in) {
    const Tensor inputs[] = {Tensor(static_cast<const Tensor&>(in))..., Tensor()};
    return step_.profile(function<In...>(), {inputs, sizeof...(In)}, steps);
  }

 private:
  template <class... In> detail::StepFunction function() {
    using Result = std::invoke_result_t<F&, const In&...>;
    constexpr auto call = [](void* context, std::span<const Tensor> xs) {
      auto& f = *static_cast<F*>(context);
      return [&]<std::size_t... i>(std::index_sequence<i...>) -> std::vector<Tensor> {
        if constexpr (std::is_void_v<Result>) return f(xs[i]...), std::vector<Tensor>{};
        else if constexpr (std::is_same_v<std::remove_cvref_t<Result>, Tensor>) return {f(xs[i]...)};
        else return f(xs[i]...);
      }(std::make_index_sequence<sizeof...(In)>{});
    };
    return {&function_, call};
  }

  F function_;
  detail::CapturedStep step_;
};

/// Captures a step: a function of tensors that gives a Tensor, a std::vector<Tensor> or nothing, and does the same
/// work for inputs of the same shapes. The first call runs it and records every kernel; further calls replay the
/// record, without tape, dispatch or allocation, and give the same bits. Learning rates, random streams, batch norm
/// statistics and gradients behave as in eager code. Reading a value inside (item, data, printing) throws: return
/// the tensor and read it outside. What host code inside the function decides is decided once.
///
///   auto step = compile([&](const Tensor& x, const Tensor& y) {
///     auto loss = cross_entropy(model(x), y);
///     adam.zero_grad(); loss.backward(); adam.step();
///     return loss;
///   });
///
/// Weights are kept in the form that kernels want, and brought there again when they change. What is written into one
/// through a pointer from `data()` is noticed as well, at the price of doing so in every call.
template <class F> Compiled<F> compile(F function, const CompileOptions& options = {}) {
  return Compiled<F>(std::move(function), options);
}

}  // namespace lepton
