// CUDA C++ as far as lepton's kernels use it, for g++: included by kernels/cuda/gpu.hpp under LEPTON_EMU.
#pragma once

#include <cuda_runtime_api.h>
#include <math.h>  // fma and the like for float, unqualified

#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>

#include "tests/emu/block.hpp"
#include "tests/emu/memory.hpp"
#include "tests/emu/stream.hpp"

#undef __shared__  // static shared memory could be neither poisoned nor fenced
#define __shared__ static_assert(false, "shared memory goes through LEPTON_DYN_SMEM");
#undef __launch_bounds__
#define __launch_bounds__(...)
#undef __constant__
#define __constant__ static_assert(false, "constants go through kernel arguments");

#define LEPTON_DYN_SMEM(T, name) T* const name = static_cast<T*>(emu::shared_memory())
// A variable of its own marks each place in the program.
#define __syncthreads()              \
  emu::barrier([]() -> const void* { \
    static const char site = 0;      \
    return &site;                    \
  }())

namespace emu {

/// Enqueues `kernel(values...)`; pointers among the values must be to live device memory.
template <class... Parameter, class Values>
void launch(const Grid& grid, void* stream, void (*kernel)(Parameter...), const Values& values) {
  const auto check = [&]<class V>(const V& value) {
    if constexpr (std::is_pointer_v<V>) check_pointer(value, grid.name);
  };
  std::apply([&](const auto&... value) { (check(value), ...); }, values);
  enqueue_kernel(grid, static_cast<cudaStream_t>(stream), [=] { std::apply(kernel, values); });
}

template <class T> std::uint64_t to_bits(T value) {
  static_assert(sizeof(T) <= 8 && std::is_trivially_copyable_v<T>);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}

template <class T> T from_bits(std::uint64_t bits) {
  T value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// The value of lane `source`, or this lane's own where that lies in another group of `width` lanes.
template <class T> T from_lane(std::uint32_t mask, T value, int source, int width) {
  const bool inside = (source & ~(width - 1)) == (lane() & ~(width - 1));
  return from_bits<T>(exchange(mask, to_bits(value))[inside ? source : lane()]);
}

}  // namespace emu

template <class T> T __shfl_sync(std::uint32_t mask, T value, int source, int width = 32) {
  const int base = emu::lane() & ~(width - 1);
  return emu::from_lane(mask, value, base | (source & (width - 1)), width);
}
template <class T> T __shfl_xor_sync(std::uint32_t mask, T value, int bits, int width = 32) {
  return emu::from_lane(mask, value, emu::lane() ^ bits, width);
}
template <class T> T __shfl_down_sync(std::uint32_t mask, T value, unsigned distance, int width = 32) {
  return emu::from_lane(mask, value, emu::lane() + int(distance), width);
}
template <class T> T __shfl_up_sync(std::uint32_t mask, T value, unsigned distance, int width = 32) {
  return emu::from_lane(mask, value, emu::lane() - int(distance), width);
}
inline std::uint32_t __ballot_sync(std::uint32_t mask, int vote) {
  const std::uint64_t* votes = emu::exchange(mask, vote != 0);
  std::uint32_t result = 0;
  for (unsigned i = 0; i < 32; ++i)
    if ((mask >> i & 1u) != 0 && votes[i] != 0) result |= 1u << i;
  return result;
}
inline void __syncwarp(std::uint32_t mask = 0xffffffffu) { emu::exchange(mask, 0); }

template <class T> T atomicAdd(T* place, std::type_identity_t<T> value) {  // one thread runs at a time
  const T old = *place;
  *place = old + value;
  return old;
}
