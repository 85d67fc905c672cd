// Runs a grid block by block, each thread a fiber, with barriers and exchanges between the lanes of a warp.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

// What a kernel reads to find its place.
inline dim3 gridDim, blockDim;
inline uint3 blockIdx, threadIdx;

namespace emu {

/// A launch without its arguments. `shared` is in bytes.
struct Grid {
  const char* name;
  dim3 grid, block;
  std::size_t shared;
};

/// Why this grid is beyond an H100's limits; null where it is not.
const char* over_limits(const Grid& grid);

/// Runs `body` once a thread. Dies on a barrier or exchange that not all threads it waits for reach.
void run(const Grid& grid, const std::function<void()>& body);

/// Prints what a kernel did wrong, with its name, block and thread, and aborts.
[[noreturn]] void die(const std::string& what);

/// "kernel NAME block (x, y, z) thread (x, y, z), schedule S", or that the host runs.
std::string whereabouts();

// What device.hpp makes CUDA's words of:

/// Waits for all live threads of the block. All must come to the same `site` of the program.
void barrier(const void* site);

/// Publishes `value`, waits for the lanes in `mask`, and gives the values of all 32, one a lane.
const std::uint64_t* exchange(std::uint32_t mask, std::uint64_t value);

/// This thread's place in its warp.
int lane();

/// The block's shared memory: poisoned before each block, ending (to 16 bytes) at a guard page.
void* shared_memory();

}  // namespace emu
