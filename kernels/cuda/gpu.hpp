// What a .cu file includes: CUDA under nvcc, the host emulator of tests/emu under g++ -DLEPTON_EMU.
//
// Rules that keep kernels within what the emulator runs: launch through launch(), never <<<>>>; shared
// memory only through LEPTON_DYN_SMEM, so that the emulator can poison and fence it; *_sync calls name the
// mask of lanes that make them; no waiting for another block; a __global__ function is a template or static.
#pragma once

#if !defined(LEPTON_FORMULAS_ONLY)
#define LEPTON_FORMULAS_ONLY  // formula headers leave out the functions on Tensors, as for kernels/cpu
#endif

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>

#include "lepton/core/error.hpp"
#include "lepton/core/stream.hpp"

#if defined(LEPTON_EMU)
#include "tests/emu/device.hpp"
#else
#include <cuda_runtime.h>
/// Declares `name`, a `T*` to the block's shared memory, as many bytes as Launch::shared says. Once a kernel.
#define LEPTON_DYN_SMEM(T, name)                               \
  extern __shared__ __align__(16) unsigned char lepton_smem[]; \
  T* const name = reinterpret_cast<T*>(lepton_smem)
#endif

namespace lepton::kernels::cuda {

/// How a kernel is launched; `name` is for messages, `shared` in bytes.
struct Launch {
  const char* name;
  dim3 grid;
  dim3 block;
  std::size_t shared = 0;
  Stream stream;
};

/// Blocks that give every one of `n` elements a thread, up to a number that fills any GPU: kernels loop.
inline unsigned blocks_for(std::int64_t n, std::int64_t per_block) {
  constexpr std::int64_t kEnough = 1 << 12;
  const std::int64_t blocks = (n + per_block - 1) / per_block;
  return unsigned(blocks < kEnough ? blocks : kEnough);
}

inline constexpr unsigned kBlock = 256;  // threads of a pointwise block

/// This thread's place, and the number of threads, in a grid and blocks of one dimension.
__device__ inline std::int64_t thread_id() { return std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ inline std::int64_t thread_count() { return std::int64_t(gridDim.x) * blockDim.x; }

/// Puts `kernel(args...)` on the stream; throws where CUDA refuses. Its arguments are copied now.
template <class... Parameter, class... Argument>
void launch(const Launch& how, void (*kernel)(Parameter...), Argument&&... args) {
  static_assert(sizeof...(Parameter) == sizeof...(Argument));
  std::tuple<std::remove_cv_t<Parameter>...> values{static_cast<std::remove_cv_t<Parameter>>(args)...};
#if defined(LEPTON_EMU)
  emu::launch({how.name, how.grid, how.block, how.shared}, how.stream.handle, kernel, values);
#else
  constexpr std::size_t kSharedByDefault = 48 << 10;  // a kernel that wants more must say so first
  cudaError_t status = cudaSetDevice(how.stream.device.index);
  if (status == cudaSuccess && how.shared > kSharedByDefault)
    status = cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                                  cudaFuncAttributeMaxDynamicSharedMemorySize, int(how.shared));
  if (status == cudaSuccess)
    status = std::apply(
        [&](auto&... value) {
          void* pointers[] = {static_cast<void*>(&value)..., nullptr};
          return cudaLaunchKernel(reinterpret_cast<const void*>(kernel), how.grid, how.block, pointers,
                                  how.shared, static_cast<cudaStream_t>(how.stream.handle));
        },
        values);
  if (status != cudaSuccess) {
    cudaGetLastError();  // the error is reported here, so the next call must not find it again
    throw Error(how.name, std::string("CUDA kernel launch: ") + cudaGetErrorString(status));
  }
#endif
}

}  // namespace lepton::kernels::cuda
