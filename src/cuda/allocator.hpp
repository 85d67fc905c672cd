// Keeps released device memory for later allocations on the same stream: cudaMalloc waits for the device.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <map>
#include <mutex>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace lepton::cuda {

/// A block is reused on the stream it was allocated for only: there, whatever used it before has been
/// launched before, so no event is needed. Sizes are rounded up to classes, eight to each power of two.
class Allocator {
 public:
  /// Throws where the device has no memory left, and while `stream` is captured; null for 0 bytes.
  void* allocate(int device, std::size_t bytes, cudaStream_t stream);
  /// Throws on memory that is not from here; null is fine.
  void release(void* memory);
  /// Gives all memory that is not in use back to the device.
  void trim();

 private:
  struct Block {
    int device;
    cudaStream_t stream;
    std::size_t bytes;
    auto operator<=>(const Block&) const = default;
  };

  void trim_locked();

  std::mutex mutex_;
  std::unordered_map<void*, Block> used_;
  std::map<Block, std::vector<void*>> free_;
};

/// Bytes that an allocation of `bytes` takes: at least 512, at most an eighth more than asked for.
std::size_t size_class(std::size_t bytes);

}  // namespace lepton::cuda
