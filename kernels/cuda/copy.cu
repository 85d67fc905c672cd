// Moving elements: conversion and reordering, selection, filling.
#include "kernels/cuda/dispatch.hpp"
#include "kernels/cuda/gpu.hpp"
#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/walk.hpp"

namespace lepton::kernels::cuda {

template <class From, class To>
__global__ void copy_kernel(const From* x, To* y, const __grid_constant__ Walk walk) {
  for (std::int64_t i = thread_id(); i < walk.n; i += thread_count()) {
    const auto at = locate<2>(walk, i);
    y[at.of[1]] = static_cast<To>(x[at.of[0]]);
  }
}

template <class U>
__global__ void where_kernel(const bool* condition, const U* a, const U* b, U* y,
                             const __grid_constant__ Walk walk) {
  for (std::int64_t i = thread_id(); i < walk.n; i += thread_count()) {
    const auto at = locate<3>(walk, i);
    y[i] = condition[at.of[0]] ? a[at.of[1]] : b[at.of[2]];
  }
}

template <class U> __global__ void fill_kernel(U* y, std::int64_t n, U value) {
  for (std::int64_t i = thread_id(); i < n; i += thread_count()) y[i] = value;
}

namespace {

template <class From, class To> void launch_copy(const CopyArgs& a, Stream stream) {
  launch({"copy", blocks_for(a.walk.n, kBlock), kBlock, 0, stream}, copy_kernel<From, To>,
         static_cast<const From*>(a.x), static_cast<To*>(a.y), a.walk);
}

/// Calls `f(Tag<T>{})` for the types that convert to each other.
template <class F> void with_convertible(DType dtype, F f) {
  with_dtype<float, double, std::int32_t, std::int64_t, std::uint8_t, bool>("copy", dtype, f);
}

}  // namespace

void copy(const CopyArgs& a, Stream stream) {
  if (a.walk.n == 0) return;
  if (a.from == a.to)  // the bits are moved, so every type works
    return with_size("copy", size_of(a.from), [&]<class U>(Tag<U>) { launch_copy<U, U>(a, stream); });
  with_convertible(a.from, [&]<class From>(Tag<From>) {
    with_convertible(a.to, [&]<class To>(Tag<To>) {
      if constexpr (!std::is_same_v<From, To>) launch_copy<From, To>(a, stream);
    });
  });
}

void where(const WhereArgs& a, Stream stream) {
  if (a.walk.n == 0) return;
  const Launch how{"where", blocks_for(a.walk.n, kBlock), kBlock, 0, stream};
  with_size("where", a.element_size, [&]<class U>(Tag<U>) {
    launch(how, where_kernel<U>, a.condition, static_cast<const U*>(a.a), static_cast<const U*>(a.b),
           static_cast<U*>(a.y), a.walk);
  });
}

void fill(const FillArgs& a, Stream stream) {
  if (a.n == 0) return;
  const Launch how{"fill", blocks_for(a.n, kBlock), kBlock, 0, stream};
  with_size("fill", a.element_size,
            [&]<class U>(Tag<U>) { launch(how, fill_kernel<U>, static_cast<U*>(a.y), a.n, U(a.bits)); });
}

}  // namespace lepton::kernels::cuda
