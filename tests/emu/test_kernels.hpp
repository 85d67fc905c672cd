// Small kernels for the emulator's own tests: right ones, and the same with a bug.
#pragma once

#include "kernels/cuda/gpu.hpp"

namespace emu::test {

/// y[i] = x[n - 1 - i] through shared memory.
template <bool Barrier> __global__ void reverse(const float* x, float* y) {
  LEPTON_DYN_SMEM(float, s);
  s[threadIdx.x] = x[threadIdx.x];
  if (Barrier) __syncthreads();
  y[threadIdx.x] = s[blockDim.x - 1 - threadIdx.x];
}

/// y[i] = i ^ 1 through shared memory.
template <bool Barrier> __global__ void swap_neighbours(int* y) {
  LEPTON_DYN_SMEM(int, s);
  s[threadIdx.x] = int(threadIdx.x);
  if (Barrier) __syncwarp();
  y[threadIdx.x] = s[threadIdx.x ^ 1u];
}

/// y = the sum over two rounds of what the two warps tell each other in one place each. Without the second
/// barrier, a warp may tell its second number before the other has read the first.
template <bool SecondBarrier> __global__ void exchange_twice(int* y) {
  LEPTON_DYN_SMEM(int, told);
  const unsigned warp = threadIdx.x / 32;
  int sum = 0;
  for (int round = 1; round <= 2; ++round) {
    const int number = __shfl_sync(0xffffffffu, round * 10, 0);
    if (threadIdx.x % 32 == 0) told[warp] = number;
    __syncthreads();
    sum += told[1 - warp];
    if (SecondBarrier) __syncthreads();
  }
  y[threadIdx.x] = sum;
}

/// Six results a thread, one a word of the warp.
inline __global__ void warp_words(int* y) {
  const int lane = int(threadIdx.x % 32);
  int* mine = y + 6 * threadIdx.x;
  mine[0] = __shfl_sync(0xffffffffu, lane * 10, 5);
  mine[1] = __shfl_xor_sync(0xffffffffu, lane * 10, 3);
  mine[2] = __shfl_down_sync(0xffffffffu, lane * 10, 4);
  mine[3] = __shfl_up_sync(0xffffffffu, lane * 10, 4);
  mine[4] = int(__ballot_sync(0xffffffffu, lane % 2));
  mine[5] = __shfl_down_sync(0xffffffffu, lane * 10, 1, 8);  // in groups of eight lanes
}

/// y[0] counts the threads below 40; they then copy it. The others have left, and are not waited for.
inline __global__ void leave_early(int* y) {
  if (threadIdx.x >= 40) return;
  atomicAdd(y, 1);
  __syncthreads();
  y[1 + threadIdx.x] = y[0];
}

inline __global__ void diverge(int* y) {
  if (threadIdx.x < 32) {
    __syncthreads();
  } else {
    y[0] = 1;
    __syncthreads();
  }
}

inline __global__ void half_a_barrier(int* y) {
  if (threadIdx.x < 16) __syncwarp();
  else __syncthreads();
  y[threadIdx.x] = 1;
}

inline __global__ void foreign_mask(int* y) { y[threadIdx.x] = __shfl_sync(0x0000ffffu, 1, 0); }

inline __global__ void overrun_shared(int* y) {
  LEPTON_DYN_SMEM(int, s);
  s[threadIdx.x + 4] = 1;
  y[threadIdx.x] = s[threadIdx.x];
}

inline __global__ void read_shared(float* y) {  // nobody has written there
  LEPTON_DYN_SMEM(float, s);
  y[threadIdx.x] = s[threadIdx.x];
}

/// y[first, last) = value
inline __global__ void write(float* y, std::int64_t first, std::int64_t last, float value) {
  using namespace lepton::kernels::cuda;
  for (std::int64_t i = first + thread_id(); i < last; i += thread_count()) y[i] = value;
}

/// y[i] = x[i] + 1
inline __global__ void increment(const float* x, float* y, std::int64_t n) {
  using namespace lepton::kernels::cuda;
  for (std::int64_t i = thread_id(); i < n; i += thread_count()) y[i] = x[i] + 1;
}

/// Launches on a stream of the emulated device.
template <class Kernel, class... Argument>
void launch(dim3 grid, dim3 block, std::size_t shared, cudaStream_t stream, Kernel kernel,
            Argument&&... args) {
  lepton::kernels::cuda::launch({"test", grid, block, shared, {lepton::kCuda, stream}}, kernel, args...);
}

}  // namespace emu::test
