// Free lists of device memory, by device, stream and size.
#include "src/cuda/allocator.hpp"

#include <algorithm>
#include <bit>

#include "src/cuda/check.hpp"

namespace lepton::cuda {

std::size_t size_class(std::size_t bytes) {
  constexpr std::size_t kSmallest = 512;
  const std::size_t step = std::max(kSmallest, std::bit_floor(bytes) / 8);
  return (bytes + step - 1) / step * step;
}

void* Allocator::allocate(int device, std::size_t bytes, cudaStream_t stream) {
  if (bytes == 0) return nullptr;
  cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
  check(cudaStreamIsCapturing(stream, &capture), "asking whether a stream is captured");
  if (capture != cudaStreamCaptureStatusNone)
    throw Error("cuda", "device memory was asked for while a step is captured; allocate before");

  const std::scoped_lock lock(mutex_);
  const Block block{device, stream, size_class(bytes)};
  void* memory = nullptr;
  if (auto& reusable = free_[block]; !reusable.empty()) {
    memory = reusable.back();
    reusable.pop_back();
  } else {
    check(cudaSetDevice(device), "choosing a GPU");
    cudaError_t status = cudaMalloc(&memory, block.bytes);
    if (status == cudaErrorMemoryAllocation) {  // what lies unused in other sizes may be enough
      cudaGetLastError();
      trim_locked();
      status = cudaMalloc(&memory, block.bytes);
    }
    const std::string what =
        "allocating " + std::to_string(bytes) + " bytes on GPU " + std::to_string(device);
    check(status, what.c_str());
  }
  used_.emplace(memory, block);
  return memory;
}

void Allocator::release(void* memory) {
  if (memory == nullptr) return;
  const std::scoped_lock lock(mutex_);
  const auto found = used_.find(memory);
  if (found == used_.end()) throw Error("cuda", "memory was released that is not in use");
  free_[found->second].push_back(memory);
  used_.erase(found);
}

void Allocator::trim() {
  const std::scoped_lock lock(mutex_);
  trim_locked();
}

void Allocator::trim_locked() {
  for (auto& [block, memories] : free_) {
    check(cudaSetDevice(block.device), "choosing a GPU");
    for (void* memory : memories) check(cudaFree(memory), "freeing device memory");  // waits for its users
  }
  free_.clear();
}

}  // namespace lepton::cuda
