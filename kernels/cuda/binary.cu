// Element-by-element functions and comparisons of two tensors that broadcast, one kernel a formula.
#include "kernels/cuda/dispatch.hpp"
#include "kernels/cuda/gpu.hpp"
#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/walk.hpp"
#include "lepton/ops/formula/binary.hpp"

namespace lepton::kernels::cuda {

/// The formula's value; integers wrap around, and have maximum and minimum of their own.
template <class Op, class T> __device__ inline T value_of(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return Op{}.value(a, b);
  else if constexpr (std::is_same_v<Op, op::Maximum>) return a > b ? a : b;
  else if constexpr (std::is_same_v<Op, op::Minimum>) return a < b ? a : b;
  else {
    using U = std::make_unsigned_t<T>;  // signed overflow is undefined
    return T(Op{}.value(U(a), U(b)));
  }
}

template <class Op, class T>
__global__ void binary_kernel(const T* a, const T* b, T* y, const __grid_constant__ Walk walk) {
  for (std::int64_t i = thread_id(); i < walk.n; i += thread_count()) {
    const auto at = locate<2>(walk, i);
    y[i] = value_of<Op>(a[at.of[0]], b[at.of[1]]);
  }
}

template <class Op, class T>
__global__ void compare_kernel(const T* a, const T* b, bool* y, const __grid_constant__ Walk walk) {
  for (std::int64_t i = thread_id(); i < walk.n; i += thread_count()) {
    const auto at = locate<2>(walk, i);
    y[i] = Op{}.test(a[at.of[0]], b[at.of[1]]);
  }
}

namespace {

/// Calls `f(Tag<T>{})` for the types that are computed with.
template <class F> void with_computable(const char* kernel, DType dtype, F f) {
  with_dtype<float, double, std::uint8_t, std::int32_t, std::int64_t>(kernel, dtype, f);
}

}  // namespace

void binary(const BinaryArgs& a, Stream stream) {
  if (a.walk.n == 0) return;
  const Launch how{"binary", blocks_for(a.walk.n, kBlock), kBlock, 0, stream};
  with_computable("binary", a.dtype, [&]<class T>(Tag<T>) {
    with_op("binary", op::BinaryOps{}, a.op, [&]<class Op>(Tag<Op>) {
      if constexpr (op::RealOnly<Op> && std::is_integral_v<T>)
        throw Error(Op::name, "not of integers; convert them to f32 or f64 first");
      else
        launch(how, binary_kernel<Op, T>, static_cast<const T*>(a.a), static_cast<const T*>(a.b),
               static_cast<T*>(a.y), a.walk);
    });
  });
}

void compare(const BinaryArgs& a, Stream stream) {
  if (a.walk.n == 0) return;
  const Launch how{"compare", blocks_for(a.walk.n, kBlock), kBlock, 0, stream};
  with_computable("compare", a.dtype, [&]<class T>(Tag<T>) {
    with_op("compare", op::CompareOps{}, a.op, [&]<class Op>(Tag<Op>) {
      launch(how, compare_kernel<Op, T>, static_cast<const T*>(a.a), static_cast<const T*>(a.b),
             static_cast<bool*>(a.y), a.walk);
    });
  });
}

}  // namespace lepton::kernels::cuda
