// Emulated device memory: poisoned when fresh, fenced by guard pages, closed to the host between kernels.
#pragma once

#include <cstddef>

namespace emu {

/// Memory of its own with a guard page behind it: an overrun by more than 15 bytes faults at once.
class FencedBuffer {
 public:
  explicit FencedBuffer(std::size_t most);
  void resize(std::size_t bytes);  ///< at most what the constructor was given
  void poison();                   ///< fills with 0xff: NaN as floats
  void* data() { return data_; }

 private:
  char* end_;
  char* data_;
};

/// A block of device memory, poisoned; null where the limit is reached. Its end lies, to 16 bytes, at a guard
/// page, and its address is never used again after release.
void* allocate(std::size_t bytes);

/// Takes the block back; any later use faults. Dies if bytes around it were overwritten; false if no block.
bool release(void* block);

/// Whether the address lies in emulated device memory, live or not.
bool is_device(const void* address);

/// Dies unless null or within a live block.
void check_pointer(const void* address, const char* kernel);

/// Makes live device memory accessible (while a kernel or copy runs) or not (to the host).
void open_memory(bool open);

/// From now on allocate gives null beyond so many live bytes. 0: no limit.
void limit_memory(std::size_t bytes);

/// Bytes not yet released.
std::size_t live_bytes();

}  // namespace emu
