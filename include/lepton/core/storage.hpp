// A block of memory that tensors share.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "lepton/core/device.hpp"
#include "lepton/core/ref.hpp"

namespace lepton {

/// Bytes on a device, with a counter of writes. Separate from the tensors that look at it, so that a view, a
/// saved output and a parameter's identity can each outlive the others.
struct Storage final : RefCounted {
  void* data = nullptr;
  std::size_t bytes = 0;
  Device device;
  std::uint32_t version = 0;        ///< writes so far; backward compares it with what it saved
  std::uint32_t record_serial = 0;  ///< the recording that last saw this storage, and its number there
  std::int32_t record_id = -1;
  struct {
    std::uint32_t serial = 0, number = 0;
  } checkpoint;                      ///< the checkpointed function that made it, and as which of its storages
  std::atomic<bool> exposed{false};  ///< somebody was given its address, and may write without being counted
  bool retired = false;  ///< its tensor moved to another storage or lost its model: plans on it end
  void (*deleter)(void*) = nullptr;  ///< frees foreign memory; null where it is the allocator's
  void* deleter_context = nullptr;
};

using StorageRef = Ref<Storage>;

/// New uninitialised memory.
LEPTON_API StorageRef make_storage(std::size_t bytes, Device device);

/// Memory of somebody else's; `deleter(context)` is called when the last tensor on it is gone, if given.
LEPTON_API StorageRef adopt_storage(void* data, std::size_t bytes, void (*deleter)(void*), void* context);

LEPTON_API void destroy(Storage* storage);

}  // namespace lepton
