// Element-by-element functions of one tensor and their gradients, one kernel a formula.
#include <cstring>

#include "kernels/cuda/dispatch.hpp"
#include "kernels/cuda/gpu.hpp"
#include "kernels/cuda/kernels.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::kernels::cuda {
namespace {

/// The formula with its members, which the arguments carry as bytes.
template <class Op> Op formula(const std::byte* params) {
  static_assert(sizeof(Op) <= sizeof(UnaryArgs::params));
  Op op;
  std::memcpy(static_cast<void*>(&op), params, sizeof op);
  return op;
}

}  // namespace

template <class Op, class T> __global__ void unary_kernel(const T* x, T* y, std::int64_t n, Op op) {
  for (std::int64_t i = thread_id(); i < n; i += thread_count()) y[i] = op.value(x[i]);
}

template <class Op, class T>
__global__ void unary_grad_kernel(const T* g, const T* saved, T* dx, std::int64_t n, Op op) {
  for (std::int64_t i = thread_id(); i < n; i += thread_count()) {
    if constexpr (op::FromY<Op>) dx[i] = op.grad_from_y(g[i], saved[i]);
    else dx[i] = op.grad_from_x(g[i], saved[i]);
  }
}

void unary(const UnaryArgs& a, Stream stream) {
  if (a.n == 0) return;
  const Launch how{"unary", blocks_for(a.n, kBlock), kBlock, 0, stream};
  with_dtype<float, double>("unary", a.dtype, [&]<class T>(Tag<T>) {
    with_op("unary", op::UnaryOps{}, a.op, [&]<class Op>(Tag<Op>) {
      launch(how, unary_kernel<Op, T>, static_cast<const T*>(a.x), static_cast<T*>(a.y), a.n,
             formula<Op>(a.params));
    });
  });
}

void unary_grad(const UnaryGradArgs& a, Stream stream) {
  if (a.n == 0) return;
  const Launch how{"unary_grad", blocks_for(a.n, kBlock), kBlock, 0, stream};
  with_dtype<float, double>("unary_grad", a.dtype, [&]<class T>(Tag<T>) {
    with_op("unary_grad", op::UnaryOps{}, a.op, [&]<class Op>(Tag<Op>) {
      launch(how, unary_grad_kernel<Op, T>, static_cast<const T*>(a.g), static_cast<const T*>(a.saved),
             static_cast<T*>(a.dx), a.n, formula<Op>(a.params));
    });
  });
}

}  // namespace lepton::kernels::cuda
