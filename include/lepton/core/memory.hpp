// The caching allocator that all tensors draw from.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lepton/core/device.hpp"

namespace lepton {

/// Bytes handed out and kept, over all threads, on the CPU.
struct MemoryStats {
  std::int64_t in_use = 0;       ///< in live tensors, rounded up to their size classes
  std::int64_t peak = 0;         ///< largest `in_use` since `reset_peak_memory`
  std::int64_t cached = 0;       ///< freed, kept for the next allocation
  std::int64_t system_calls = 0; ///< times the system was asked for memory; flat in a steady loop
};

LEPTON_API MemoryStats memory_stats();
LEPTON_API void reset_peak_memory();

/// Gives cached memory back to the system, but for blocks under 2 MiB whose neighbours are in use.
LEPTON_API void empty_cache();

namespace detail {
/// At least `bytes` bytes, aligned to 64; throws Error where there is no memory. Pair with `release(p, bytes)`.
LEPTON_API void* allocate(std::size_t bytes);
LEPTON_API void release(void* p, std::size_t bytes) noexcept;

/// The same for the library's own small objects (tensor handles' targets, tape nodes): not counted, always
/// from the lists of the calling thread.
LEPTON_API void* allocate_object(std::size_t bytes);
LEPTON_API void release_object(void* p, std::size_t bytes) noexcept;
}  // namespace detail

}  // namespace lepton
