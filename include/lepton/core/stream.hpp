// The queue that kernels are launched on.
#pragma once

#include "lepton/core/device.hpp"

namespace lepton {

/// A device and its queue. On the CPU a kernel has finished when its launch returns; on a GPU `handle`
/// is a `cudaStream_t` and work runs behind the host.
struct Stream {
  Device device;
  void* handle = nullptr;
};

/// Waits for everything launched on the current stream of `device`.
LEPTON_API void synchronize(Device device);

}  // namespace lepton
