// Reductions of the middle axis of [outer, reduce, inner]: rows where inner is 1, columns otherwise.
//
// The order of summation depends on the sizes alone: a thread takes every so-manieth element, then
// partial results combine in a fixed tree. One block makes an output, so a sum of everything runs on one
// block; splitting it over the GPU takes scratch, which ReduceArgs does not have.
#include "kernels/cuda/dispatch.hpp"
#include "kernels/cuda/gpu.hpp"
#include "kernels/cuda/kernels.hpp"
#include "kernels/cuda/reduction.hpp"

namespace lepton::kernels::cuda {
namespace {

constexpr unsigned kWarp = 32;
constexpr unsigned kColumns = 32;   // columns a block covers ...
constexpr unsigned kRowGroups = 8;  // ... with so many threads each

}  // namespace

/// y[o] from x[o, :], a block a row. Shared: a State a warp.
template <class R>
__global__ void reduce_rows(const typename R::Input* x, typename R::Output* y, std::int64_t outer,
                            std::int64_t reduce) {
  LEPTON_DYN_SMEM(typename R::State, partial);
  const unsigned lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp, warps = blockDim.x / kWarp;
  for (std::int64_t o = blockIdx.x; o < outer; o += gridDim.x) {
    auto state = R::empty();
    for (std::int64_t r = threadIdx.x; r < reduce; r += blockDim.x)
      state = R::combine(state, R::element(x[o * reduce + r], r));
    state = reduce_warp<R>(state);
    if (lane == 0) partial[warp] = state;
    __syncthreads();
    if (warp == 0) {
      state = reduce_warp<R>(lane < warps ? partial[lane] : R::empty());
      if (lane == 0) y[o] = R::result(state, reduce);
    }
    __syncthreads();  // warp 0 has read `partial` before the next row is put there
  }
}

/// y[o, i] from x[o, :, i], so that neighbouring threads read neighbouring columns. Shared: a State a thread.
template <class R>
__global__ void reduce_columns(const typename R::Input* x, typename R::Output* y, std::int64_t outer,
                               std::int64_t reduce, std::int64_t inner) {
  LEPTON_DYN_SMEM(typename R::State, partial);
  const std::int64_t i = std::int64_t(blockIdx.x) * kColumns + threadIdx.x;
  for (std::int64_t o = blockIdx.y; o < outer; o += gridDim.y) {
    auto state = R::empty();
    if (i < inner)
      for (std::int64_t r = threadIdx.y; r < reduce; r += kRowGroups)
        state = R::combine(state, R::element(x[(o * reduce + r) * inner + i], r));
    partial[threadIdx.y * kColumns + threadIdx.x] = state;
    __syncthreads();
    if (threadIdx.y == 0 && i < inner) {
      for (unsigned group = 1; group < kRowGroups; ++group)
        state = R::combine(state, partial[group * kColumns + threadIdx.x]);
      y[o * inner + i] = R::result(state, reduce);
    }
    __syncthreads();
  }
}

namespace {

template <class R, class Args> void launch_reduction(const char* name, const Args& a, Stream stream) {
  const auto* x = static_cast<const typename R::Input*>(a.x);
  auto* y = static_cast<typename R::Output*>(a.y);
  if (a.outer == 0 || a.inner == 0) return;
  if (a.inner == 1) {
    unsigned threads = kWarp;
    while (threads < kBlock && threads < a.reduce) threads *= 2;
    launch({name, blocks_for(a.outer, 1), threads, threads / kWarp * sizeof(typename R::State), stream},
           reduce_rows<R>, x, y, a.outer, a.reduce);
  } else {
    const dim3 grid(unsigned((a.inner + kColumns - 1) / kColumns), blocks_for(a.outer, 1));
    launch(
        {name, grid, dim3(kColumns, kRowGroups), kColumns * kRowGroups * sizeof(typename R::State), stream},
        reduce_columns<R>, x, y, a.outer, a.reduce, a.inner);
  }
}

}  // namespace

void reduce(const ReduceArgs& a, Stream stream) {
  with_dtype<float, double, std::int64_t>("reduce", a.dtype, [&]<class T>(Tag<T>) {
    switch (a.kind) {
      case Reduction::sum: return launch_reduction<Sum<T>>("sum", a, stream);
      case Reduction::mean:
        if constexpr (std::is_integral_v<T>) throw Error("mean", "no mean of integers; convert them first");
        else return launch_reduction<Mean<T>>("mean", a, stream);
      case Reduction::max: return launch_reduction<Max<T>>("max", a, stream);
      case Reduction::min: return launch_reduction<Min<T>>("min", a, stream);
    }
  });
}

void argmax(const ArgmaxArgs& a, Stream stream) {
  with_dtype<float, double, std::int64_t>(
      "argmax", a.dtype, [&]<class T>(Tag<T>) { launch_reduction<ArgMax<T>>("argmax", a, stream); });
}

}  // namespace lepton::kernels::cuda
