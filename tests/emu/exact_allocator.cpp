// The plugin's allocator as the emulator wants it: every block its own, fenced, and gone once released.
//
// Linked in place of src/cuda/allocator.cpp, whose rounded and reused blocks would hide overruns.
#include "src/cuda/allocator.hpp"
#include "src/cuda/check.hpp"

namespace lepton::cuda {

std::size_t size_class(std::size_t bytes) { return bytes; }

void* Allocator::allocate(int device, std::size_t bytes, cudaStream_t stream) {
  if (bytes == 0) return nullptr;
  void* memory = nullptr;
  check(cudaMalloc(&memory, bytes), "allocating on the emulator");
  const std::scoped_lock lock(mutex_);
  used_.emplace(memory, Block{device, stream, bytes});
  return memory;
}

void Allocator::release(void* memory) {
  if (memory == nullptr) return;
  const std::scoped_lock lock(mutex_);
  const auto found = used_.find(memory);
  if (found == used_.end()) throw Error("cuda", "memory was released that is not in use");
  check(cudaFreeAsync(memory, found->second.stream),
        "freeing on the emulator");  // after what is queued there
  used_.erase(found);
}

void Allocator::trim() {}

}  // namespace lepton::cuda
