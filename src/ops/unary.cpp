// Functions of one tensor: one operation for all formulas of op::UnaryOps.
#include <cstring>

#include "kernels/pointwise.hpp"
#include "lepton/ops/cast.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/term.hpp"
#include "src/ops/widen.hpp"

namespace lepton::detail {
namespace {

template <class F> constexpr bool is_linear() {
  if constexpr (requires { F::is_linear; }) return F::is_linear;
  else return false;
}

/// The gradient, on Terms, of a formula: by its result, its argument, or neither.
template <class F> Tensor gradient(const F& f, const Tensor& g, const Tensor& saved) {
  if constexpr (op::FromY<F>) return f.grad_from_y(Term(g), Term(saved)).tensor();
  else return f.grad_from_x(Term(g), Term(saved)).tensor();
}

/// The same in one kernel; not differentiable again.
template <class F> struct PointwiseGrad {
  static constexpr auto name = F::name;
  F formula;
  Spec infer(const Tensor&, const Tensor& saved) const { return Spec::like(saved); }
  void run(Tensor& dx, const Tensor& g, const Tensor& saved) const {
    const bool same_layout = g.strides() == saved.strides() && is_dense(g);
    const Tensor dense = same_layout ? g : matched(g, saved);
    kernels::UnaryGradArgs args{};
    args.n = dx.numel();
    args.dtype = dx.dtype();
    args.op = std::uint8_t(index_of<F, op::UnaryOps>);
    if constexpr (!std::is_empty_v<F>) std::memcpy(args.params, &formula, sizeof formula);  // an empty one has a stray byte
    launch(kernels::unary_grad, args, {reads(args.g, dense), reads(args.saved, saved), writes(args.dx, dx)});
  }
  static Tensor matched(const Tensor& g, const Tensor& like) {
    Tensor copy = make_tensor(Spec::like(like), like.device());
    copy.copy_(g);
    return copy;
  }
};

template <class F> struct Pointwise {
  static constexpr auto name = F::name;
  static constexpr unsigned saves_inputs = is_linear<F>() || op::FromY<F> ? 0 : 1;
  static constexpr unsigned saves_outputs = op::FromY<F> ? 1 : 0;
  F formula;

  Spec infer(const Tensor& x) const { return Spec::like(x); }

  void run(Tensor& y, const Tensor& x) const {
    kernels::UnaryArgs args{};
    args.n = y.numel();
    args.dtype = x.dtype();
    args.op = std::uint8_t(index_of<F, op::UnaryOps>);
    if constexpr (!std::is_empty_v<F>) std::memcpy(args.params, &formula, sizeof formula);  // an empty one has a stray byte
    launch(kernels::unary, args, {reads(args.x, x), writes(args.y, y)});
  }

  Grads backward(const Saved& saved, const Tensor& g) const {
    if constexpr (is_linear<F>()) {
      return gradient(formula, g, g);
    } else {
      const Tensor s = op::FromY<F> ? saved.output() : saved.input(0);
      return grad_enabled() ? gradient(formula, g, s) : apply(PointwiseGrad<F>{formula}, g, s);
    }
  }
};

template <class F> Tensor run(const void* members, const Tensor& x) {
  Pointwise<F> op{};
  static_assert(sizeof(F) <= 16 && std::is_trivially_copyable_v<F>);
  std::memcpy(static_cast<void*>(&op.formula), members, sizeof(F));
  return apply(op, x);
}

struct Entry {
  const char* name;
  Tensor (*run)(const void* members, const Tensor& x);
};
template <class... F> constexpr std::array<Entry, sizeof...(F)> table(TypeList<F...>) {
  return {Entry{F::name, &run<F>}...};
}

}  // namespace

Tensor pointwise(std::size_t formula, const void* members, const Tensor& x) {
  static constexpr auto kTable = table(op::UnaryOps{});
  const Tensor floating = is_floating(x.dtype()) ? x : cast(x, f32);
  return widened(floating, [&](const Tensor& t) {
    return kTable[formula].run(members, is_dense(t) ? t : t.contiguous());
  });
}

}  // namespace lepton::detail
