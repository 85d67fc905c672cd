// A recorded step as the passes see it: launches in order, and who touches which storage.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kernels/kernel.hpp"
#include "src/compile/recording.hpp"

namespace lepton::detail {

/// A launch's way to a storage.
struct Use {
  int launch, slot;
  Access access;
};

/// A recording while passes rewrite it. Launches are named by their number, which `merge` and `refresh` change.
class Graph {
 public:
  explicit Graph(Recording& recording);

  int size() const { return int(recording_.launches.size()); }
  RecordedLaunch& launch(int i) { return recording_.launches[std::size_t(i)]; }
  const RecordedLaunch& launch(int i) const { return recording_.launches[std::size_t(i)]; }
  RecordedStorage& storage(int s) { return recording_.storages[std::size_t(s)]; }
  int storages() const { return int(recording_.storages.size()); }

  /// Made in the step and seen by nobody outside it: free to be moved, or not to be written at all.
  bool temporary(int storage) const { return temporary_[std::size_t(storage)]; }
  /// The plan keeps what the recording left in a temporary storage.
  void keep(int storage) {
    this->storage(storage).constant = true;
    temporary_[std::size_t(storage)] = false;
  }
  const std::vector<Use>& uses(int storage) const { return uses_[std::size_t(storage)]; }
  /// The launch that alone writes a temporary storage, once, before anybody reads it; or -1.
  int producer(int storage) const;
  /// Whether launch `i` is the only one that reads it.
  bool only_reader(int storage, int i) const;

  /// The arguments of launch `i` where it is one of `kernel`; null where it is another.
  template <class Args> const Args* match(int i, const kernels::Kernel<Args>& kernel) const {
    const RecordedLaunch& l = launch(i);
    return l.args && l.call.kernel == &kernel ? reinterpret_cast<const Args*>(l.args.get()) : nullptr;
  }
  template <class Args> Args* match(int i, const kernels::Kernel<Args>& kernel) {
    return const_cast<Args*>(std::as_const(*this).match(i, kernel));
  }
  /// The slot whose pointer is this field of launch `i`'s arguments, as in `slot(i, &args->x)`; null if it has none.
  const RecordedSlot* slot(int i, const void* field) const;

  /// A launch of a pass's own. `slots` name all pointers of `args` that lead into storages; their values are filled in.
  template <class Args>
  RecordedLaunch make(const kernels::Kernel<Args>& kernel, const Args& args, std::span<const RecordedSlot> slots) const;
  /// A new temporary storage.
  int make_temporary(std::size_t bytes);
  /// A new storage that keeps what is written into it from one replay to the next.
  int make_kept(std::size_t bytes) {
    const int storage = make_temporary(bytes);
    keep(storage);
    return storage;
  }
  /// Writes the pointers of launch `i` anew, after its slots were changed.
  void point(int i) { point(launch(i)); }
  /// Launch `pack` runs before the step where `source` has changed since the last replay, and behind each launch
  /// that writes `source`.
  void pack(RecordedLaunch pack, int source);
  /// Storage `from` becomes the same memory as `to`, which ends where `from` begins.
  void join(int from, int to);
  /// The plan holds while there are no more than so many threads.
  void guard_threads(int threads);
  void note(std::string text) { recording_.notes.push_back(std::move(text)); }

  /// Takes effect with the next `refresh`.
  void erase(int i) { launch(i).args.reset(); }
  /// Whether the launches may run as one: nothing between depends on some of them while others depend on it.
  bool can_merge(std::span<const int> members) const;
  /// Puts `fused` in the place of the members.
  void merge(std::span<const int> members, RecordedLaunch fused);
  /// Puts two launches, one after the other, in the place of one.
  void split(int i, RecordedLaunch first, RecordedLaunch second);
  /// The same after slots were changed, and launches erased, in a way that leaves the order right.
  void recount();
  /// Drops erased launches, brings the rest into an order that respects who reads what, and counts uses anew.
  void refresh();

 private:
  void point(RecordedLaunch& launch) const;
  bool erased(int i) const { return !launch(i).args; }
  void count_uses();
  void find_followers();
  void sort();

  Recording& recording_;
  std::vector<bool> temporary_;
  std::vector<std::vector<Use>> uses_;
  std::vector<std::vector<int>> followers_;  // launches that must come after
};

template <class Args> void run_cpu(const void* kernel, const void* args, Stream stream) {
  static_cast<const kernels::Kernel<Args>*>(kernel)->cpu(*static_cast<const Args*>(args), stream);
}

template <class Args>
RecordedLaunch Graph::make(const kernels::Kernel<Args>& kernel, const Args& args, std::span<const RecordedSlot> slots) const {
  RecordedLaunch launch{};
  launch.args = std::make_unique<std::byte[]>(sizeof args);
  __builtin_memcpy(launch.args.get(), &args, sizeof args);
  launch.call = {&kernel, kernel.name, run_cpu<Args>, launch.args.get(), sizeof args, {}, {}};
  launch.slots.assign(slots.begin(), slots.end());
  point(launch);
  return launch;
}

}  // namespace lepton::detail
