// Softmax and its logarithm: shape rule and gradient.
#include "lepton/ops/softmax.hpp"

#include "kernels/softmax.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/widen.hpp"

namespace lepton {
namespace detail {
namespace {

/// Along the last axis of a contiguous tensor.
template <bool kLog> struct Softmax {
  static constexpr auto name = kLog ? "log_softmax" : "softmax";
  static constexpr unsigned saves_outputs = 1;

  Spec infer(const Tensor& x) const { return Spec(x.shape(), x.dtype()); }
  void run(Tensor& y, const Tensor& x) const {
    kernels::SoftmaxArgs args{};
    args.n = x.shape().back();
    args.rows = args.n ? x.numel() / args.n : 0;
    args.dtype = x.dtype();
    args.log = kLog;
    launch(kernels::softmax, args, {reads(args.x, x), writes(args.y, y)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor y = saved.output();
    if constexpr (kLog) return g - exp(y) * sum(g, {-1}, KeepDim::yes);
    else return y * (g - sum(g * y, {-1}, KeepDim::yes));
  }
};

template <bool kLog> Tensor along(const Tensor& x, std::int64_t axis) {
  using Op = Softmax<kLog>;
  if (is_half(x.dtype())) return cast(along<kLog>(cast(x, f32), axis), x.dtype());
  require_computable(x, Op::name);
  if (x.rank() == 0) return along<kLog>(x.reshape({1}), 0).reshape({});
  const int a = normalize_axis(axis, x.rank(), Op::name);
  if (a == x.rank() - 1) return apply(Op{}, x.contiguous());
  return apply(Op{}, x.transpose(a, -1).contiguous()).transpose(a, -1);
}

}  // namespace
}  // namespace detail

Tensor softmax(const Tensor& x, std::int64_t axis) { return detail::along<false>(x, axis); }
Tensor log_softmax(const Tensor& x, std::int64_t axis) { return detail::along<true>(x, axis); }
Tensor softmin(const Tensor& x, std::int64_t axis) { return softmax(-x, axis); }

}  // namespace lepton
