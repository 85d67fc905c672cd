// apply: what every operation goes through. Shape rule, output, kernel, tape.
//
// An operation is a struct:
//   static constexpr const char* name
//   Spec infer(const Tensor&... in) const           checks shapes and says what comes out (or an array of Specs)
//   void run(Tensor& y, [companions,] const Tensor&... in) const     launches its kernel
//   Grads backward(const Saved&, const Tensor& g) const              optional; written with other operations
//   static constexpr unsigned saves_inputs, saves_outputs            bits of what backward reads
#pragma once

#include "lepton/autograd/node.hpp"
#include "src/autograd/observer.hpp"
#include "src/tensor/launch.hpp"
#include "src/tensor/make.hpp"

namespace lepton::detail {

template <class... In> Device device_of(const Tensor& first, const In&...) { return first.device(); }

/// Runs a differentiable operation. Undefined inputs stand for optional ones that are absent; the first must be
/// defined. Gives the output, or an array of output and companions.
template <class Op, class... In> auto apply(const Op& op, const In&... in) {
  const std::array<const Tensor*, sizeof...(In)> inputs{&in...};
  const Device device = device_of(in...);
  using Inferred = decltype(op.infer(in...));
  if constexpr (std::is_same_v<Inferred, Spec>) {
    Tensor y = make_tensor(op.infer(in...), device);
    op.run(y, in...);
    if constexpr (requires(const Saved& s) { op.backward(s, y); })
      attach_node(op, inputs, std::array<const Tensor*, 1>{&y});
    if (watched) [[unlikely]]
      watch(Op::name, inputs, y, OpKind::computes);
    return y;
  } else {
    constexpr std::size_t kOutputs = std::tuple_size_v<Inferred>;
    const Inferred specs = op.infer(in...);
    std::array<Tensor, kOutputs> y;
    std::array<const Tensor*, kOutputs> outputs;
    for (std::size_t i = 0; i < kOutputs; ++i) {
      y[i] = make_tensor(specs[i], device);
      outputs[i] = &y[i];
    }
    std::apply([&](auto&... out) { op.run(out..., in...); }, y);
    if constexpr (requires(const Saved& s) { op.backward(s, y[0]); }) attach_node(op, inputs, outputs);
    if (watched) [[unlikely]]
      watch(Op::name, inputs, y[0], OpKind::computes);
    return y;
  }
}

/// A differentiable look at `x`'s elements with another shape.
template <class Op>
Tensor apply_view(const Op& op, const Tensor& x, const Shape& shape, const Strides& strides,
                  std::int64_t offset) {
  Tensor y = make_alias(x, shape, strides, offset);
  attach_node(op, std::array<const Tensor*, 1>{&x}, std::array<const Tensor*, 1>{&y});
  if (watched) [[unlikely]]
    watch(Op::name, std::array<const Tensor*, 1>{&x}, y, OpKind::views);
  return y;
}

}  // namespace lepton::detail
