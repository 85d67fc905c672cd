// The table of functions through which liblepton.so uses the CUDA plugin, liblepton_cuda.so.
//
// liblepton.so never links CUDA: it loads the plugin on first use (loader.hpp), so that it runs where there
// is no driver. The plugin throws lepton::Error on failure, except from `device_count`.
#pragma once

#include <cstddef>

#include "lepton/core/stream.hpp"

namespace lepton::cuda {

/// Number of this table's layout: a plugin of another number is refused.
inline constexpr int kBackendAbi = 1;

struct Backend {
  int abi;

  /// How many GPUs there are. With 0 and `why` not null, `*why` says why, in words that stay valid.
  int (*device_count)(const char** why);

  /// Device memory, aligned to 256 bytes, for work on the device's `stream`; null for 0 bytes. Throws where
  /// there is none, and while that stream is captured: what a captured step needs, it holds before.
  void* (*allocate)(int device, std::size_t bytes);
  /// Gives it back: what is on the stream by now may still use it. Null is fine.
  void (*release)(int device, void* memory, std::size_t bytes);

  /// The host memory may be changed when this returns (unless it is pinned: then synchronize first).
  void (*copy_to_device)(void* to, const void* from, std::size_t bytes, void* stream);
  /// The bytes have arrived when this returns.
  void (*copy_to_host)(void* to, const void* from, std::size_t bytes, void* stream);
  /// Queued.
  void (*copy_on_device)(void* to, const void* from, std::size_t bytes, void* stream);
  /// Waits for everything on the stream.
  void (*synchronize)(void* stream);

  /// The stream that lepton computes on, a `cudaStream_t`: one a device.
  void* (*stream)(int device);

  /// A kernel by its name in kernels/*.hpp, taking a pointer to its arguments; null where CUDA has none.
  using KernelFunction = void (*)(const void* args, Stream stream);
  KernelFunction (*kernel)(const char* name);
};

}  // namespace lepton::cuda

/// What the plugin exports.
extern "C" __attribute__((visibility("default"))) const lepton::cuda::Backend* lepton_cuda_backend();
