// What a captured function did: kernel launches in order, and the storages they touched.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "lepton/compile/options.hpp"
#include "src/core/recorder.hpp"

namespace lepton::detail {

/// A storage that the recorded kernels touch.
struct RecordedStorage {
  StorageRef storage;
  std::size_t bytes;      ///< that are needed of it
  bool made = false;      ///< allocated during the recording
  bool input = false;     ///< of the step; its memory is another in each call
  bool written = false;
  bool constant = false;  ///< the plan keeps what the recording computed
  int first = -1, last = -1;  ///< launches that touch it
};

struct RecordedSlot {
  std::uint32_t field;    ///< offset of the pointer in the launch's arguments
  std::int32_t storage;   ///< number of the storage
  std::int64_t offset;    ///< bytes from the storage's start
  Access access;
};

/// Where a field of a launch's arguments stands in them, as RecordedSlot::field has it.
inline std::uint32_t field_of(const void* field, const void* args) {
  return std::uint32_t(static_cast<const std::byte*>(field) - static_cast<const std::byte*>(args));
}

/// The same place in memory, for a field of other arguments.
inline RecordedSlot slot_at(RecordedSlot slot, std::size_t field, Access access) {
  slot.field = std::uint32_t(field);
  slot.access = access;
  return slot;
}

struct RecordedLaunch {
  Call call;              ///< `args` and `slots` are in the two members below
  std::unique_ptr<std::byte[]> args;
  std::vector<RecordedSlot> slots;
  std::shared_ptr<const void> owner = {};  ///< of what the arguments point at besides storages
};

inline RecordedLaunch copy_of(const RecordedLaunch& launch) {
  RecordedLaunch copy{launch.call, std::make_unique<std::byte[]>(launch.call.args_size), launch.slots, launch.owner};
  std::copy_n(launch.args.get(), launch.call.args_size, copy.args.get());
  copy.call.args = copy.args.get();
  return copy;
}

/// Bytes that a constant may occupy for the plan's life. Larger temporaries lose their memory when nobody sees them any
/// more, so that a recording takes no more than the eager step.
inline constexpr std::size_t kMostConstant = 1 << 20;

/// A launch that need not run in a replay where `source` holds what it held after the last one.
struct RecordedPack {
  RecordedLaunch launch;
  int source;
};

/// Random draws from one generator.
struct RecordedDraws {
  Generator* generator;
  std::uint64_t start, taken;
};

/// The recorder of `compile`.
class Recording final : public Recorder {
 public:
  explicit Recording(Refusal on_refusal = Refusal::throws);

  void launched(const Call& call) override;
  void allocated(Storage& storage) override;
  void refuse_host_read(const char* op) override;
  const std::uint64_t* random(Generator& generator, std::uint64_t counters, std::uint64_t& distance) override;
  bool first_touch(const void* key) override { return touched_.insert(key).second; }
  void guard(std::function<bool()> holds) override { guards.push_back(std::move(holds)); }
  void at_exit(std::function<void()> action) override { exits.push_back(std::move(action)); }
  int references_to(const Storage& storage) const override { return storage.record_serial == serial_ ? 1 : 0; }

  /// A storage for a launch that the passes make; its number.
  int add_temporary(std::size_t bytes);

  std::vector<RecordedStorage> storages;
  std::vector<RecordedLaunch> launches;
  std::vector<RecordedPack> packs;  ///< before the first launch
  std::vector<RecordedDraws> draws;
  std::vector<std::function<bool()>> guards;
  std::vector<std::function<void()>> exits;
  std::string refusal;  ///< why this cannot be replayed; empty if it can
  std::vector<std::string> notes;  ///< what the passes did, for explain()

 private:
  int number_of(Storage& storage, bool made);
  void drop_dead();

  std::uint32_t serial_;
  Refusal on_refusal_;
  std::unordered_set<const void*> touched_;
  std::vector<int> large_;  // temporaries that still have their memory
};

}  // namespace lepton::detail
