// Operations of your own, with gradients of your own.
#pragma once

#include <array>
#include <tuple>

#include "lepton/autograd/node.hpp"

namespace lepton {

namespace detail {

/// A user's operation as the tape sees it: everything is kept unless the user says what the gradient reads.
template <class Op> struct UserOp {
  static constexpr auto name = Op::name;
  static constexpr unsigned saves_inputs = [] {
    if constexpr (requires { Op::saves_inputs; }) return Op::saves_inputs;
    else return ~0u;
  }();
  static constexpr unsigned saves_outputs = [] {
    if constexpr (requires { Op::saves_outputs; }) return Op::saves_outputs;
    else return ~0u;
  }();
  Op op;
  Grads backward(const Saved& saved, const Tensor& g) const { return op.backward(saved, g); }
};

}  // namespace detail

/// Runs an operation written outside the library:
///
///   struct Axpby {                                       // y = a x + b z
///     static constexpr auto name = "axpby";
///     double a, b;
///     Tensor forward(const Tensor& x, const Tensor& z) const { return a * x + b * z; }
///     Grads backward(const Saved&, const Tensor& g) const { return {a * g, b * g}; }
///   };
///   Tensor y = custom_op(Axpby{2, 3}, x, z);
///
/// `forward` runs off the tape; `backward` gives one gradient an input (an undefined Tensor for "none") and reads
/// what it needs from Saved. Written with other operations it can be captured and differentiated again. All inputs
/// and the output are kept for it, or those that `static constexpr unsigned saves_inputs, saves_outputs` name, a
/// bit each.
template <class Op, class... In> Tensor custom_op(const Op& op, const In&... in) {
  static_assert((std::is_convertible_v<const In&, const Tensor&> && ...), "custom_op takes Tensors");
  return [&op](const auto&... x) {
    Tensor y;
    {
      const NoGrad no_grad;
      y = op.forward(x...);
    }
    // A result that is one of the inputs, or a view of them, must be an identity of its own.
    if (((y.ref() == x.ref()) || ...)) y = y.detach();
    detail::attach_node(detail::UserOp<Op>{op}, std::array<const Tensor*, sizeof...(x)>{&x...},
                        std::array<const Tensor*, 1>{&y});
    return y;
  }(static_cast<const Tensor&>(in)...);
}

}  // namespace lepton
