// What the door tells a step that is being captured. Only this interface is known below `compile`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "lepton/core/rng.hpp"
#include "lepton/core/storage.hpp"
#include "lepton/core/stream.hpp"

namespace lepton::detail {

enum class Access : std::uint8_t { read, write, update };

/// A pointer inside a kernel's arguments, and the storage it points into.
struct Slot {
  const void* field;  ///< address of the pointer in the arguments
  Storage* storage;
  Access access;
};

/// One kernel launch: what runs, and its arguments by value. In a replay the pointers named by `slots` are
/// the only bytes that may have changed.
struct Call {
  const void* kernel;  ///< address of the Kernel<Args> constant, its identity
  const char* name;
  void (*run)(const void* kernel, const void* args, Stream stream);
  const void* args;
  std::uint32_t args_size;
  Stream stream;
  std::span<const Slot> slots;
  void (*clear_padding)(void* args) = nullptr;  ///< zeroes the bytes between members; null where the compiler cannot
};

/// Implemented by `compile`. At most one a thread is active.
class Recorder {
 public:
  virtual void launched(const Call& call) = 0;
  virtual void allocated(Storage& storage) = 0;
  /// A value is wanted on the host: throws, naming `op` and what to do instead.
  virtual void refuse_host_read(const char* op) = 0;
  /// A random op takes `counters` positions: gives the memory that holds (seed, start of the step) in a
  /// replay, and the distance from that start.
  virtual const std::uint64_t* random(Generator& generator, std::uint64_t counters, std::uint64_t& distance) = 0;
  /// True the first time it is called with this key in a recording.
  virtual bool first_touch(const void* key) = 0;
  /// The plan is valid only while `holds()` does at the start of a call.
  virtual void guard(std::function<bool()> holds) = 0;
  /// Called at the end of the recording and of every replay.
  virtual void at_exit(std::function<void()> action) = 0;
  /// References to a storage that the recording itself holds.
  virtual int references_to(const Storage& storage) const = 0;

 protected:
  ~Recorder() = default;
};

/// The recorder of this thread; null outside a capture.
extern thread_local constinit Recorder* current_recorder;

/// Suspends recording: for state that is made once and outlives the step.
class PauseRecording {
 public:
  PauseRecording() : saved_(current_recorder) { current_recorder = nullptr; }
  ~PauseRecording() { current_recorder = saved_; }
  PauseRecording(const PauseRecording&) = delete;
  PauseRecording& operator=(const PauseRecording&) = delete;

 private:
  Recorder* saved_;
};

}  // namespace lepton::detail
