// Sample by sample: a core takes a few pictures through several launches, so that what they hand on stays in its cache.
#include <algorithm>

#include "lepton/core/parallel.hpp"
#include "src/compile/memory_plan.hpp"
#include "src/compile/passes.hpp"
#include "src/compile/sample_group.hpp"

namespace lepton::detail {
namespace {

constexpr std::size_t kMostWeight = 512 << 10;  // bytes that are read again for every part of the batch
constexpr std::size_t kMostSample = 8 << 20;    // bytes of one sample in any operand
constexpr std::size_t kPart = 256 << 10;  // bytes that a part of the batch should have in its largest operand

const SamplePointer* pointer_of(const Sliceable& s, const RecordedSlot& slot) {
  for (const SamplePointer& p : s.pointers)
    if (p.field == slot.field) return &p;
  return nullptr;
}

class Group {
 public:
  Group(const Graph& graph, int first, Sliceable slice) : graph_(graph) { take(first, std::move(slice)); }

  const std::vector<int>& members() const { return members_; }
  const std::vector<Sliceable>& slices() const { return slices_; }
  std::int64_t samples() const { return slices_[0].samples; }

  /// Takes launch `i` in if it goes on with what a member made, sample for sample.
  bool add(int i) {
    Sliceable slice = sliceable(graph_.launch(i));
    if (slice.samples != samples() || !worth(slice)) return false;
    if (slice.shards > 0 && std::any_of(slices_.begin(), slices_.end(), [&](const Sliceable& s) {
          return s.shards > 0 && s.shards != slice.shards;
        }))
      return false;
    bool related = false;
    for (const RecordedSlot& slot : graph_.launch(i).slots) {
      const SamplePointer* const p = pointer_of(slice, slot);
      if (!p) return false;
      for (std::size_t m = 0; m < members_.size(); ++m)
        for (const RecordedSlot& other : graph_.launch(members_[m]).slots) {
          if (other.storage != slot.storage || (other.access == Access::read && slot.access == Access::read))
            continue;
          const SamplePointer* const q = pointer_of(slices_[m], other);
          if (p->along != Along::sample || q->along != Along::sample || p->bytes != q->bytes ||
              slot.offset != other.offset)
            return false;
          related = related || slot.access == Access::read;
        }
    }
    std::vector<int> together = members_;
    together.push_back(i);
    if (!related || !graph_.can_merge(together)) return false;
    take(i, std::move(slice));
    return true;
  }

  static bool worth(const Sliceable& s) {
    return s.samples > 1 && s.weight_bytes <= kMostWeight &&
           std::all_of(s.pointers.begin(), s.pointers.end(),
                       [](const SamplePointer& p) { return p.bytes <= kMostSample; });
  }

  /// Samples of a part: enough to be worth a part's cost, few enough to leave parts for every thread.
  std::int64_t chunk() const {
    std::size_t most = 1;
    for (const Sliceable& s : slices_)
      for (const SamplePointer& p : s.pointers)
        if (p.along == Along::sample) most = std::max(most, p.bytes);
    return std::clamp<std::int64_t>(std::int64_t(kPart / most), 1, std::max<std::int64_t>(1, samples() / 8));
  }

  /// Shards of the members' sums, or one for each part where nothing is summed.
  std::int64_t shards() const {
    for (const Sliceable& s : slices_)
      if (s.shards > 0) return s.shards;
    return (samples() + chunk() - 1) / chunk();
  }

  /// Whether a storage is seen by members alone, from a write on.
  bool inner(int storage) const {
    return graph_.producer(storage) >= 0 &&
           std::all_of(graph_.uses(storage).begin(), graph_.uses(storage).end(), [&](const Use& use) {
             return std::find(members_.begin(), members_.end(), use.launch) != members_.end();
           });
  }

 private:
  void take(int i, Sliceable slice) {
    members_.push_back(i);
    slices_.push_back(std::move(slice));
  }

  const Graph& graph_;
  std::vector<int> members_;
  std::vector<Sliceable> slices_;
};

/// What the member needs for parts of each size that there is.
std::vector<const void*> prepare(const SampleGroup& group, const Sliceable& slice,
                                 const RecordedLaunch& launch) {
  std::vector<const void*> prepared(std::size_t(group.chunk) + 1);
  if (!slice.prepare) return prepared;
  for (std::int64_t shard = 0; shard < group.shards; ++shard)
    group.for_parts(shard, [&](const SamplePart& part) {
      const void*& mine = prepared[std::size_t(part.count)];
      if (!mine) mine = slice.prepare(launch.args.get(), part.count);
    });
  return prepared;
}

/// What a thread has of its own: scratch, and what only the members see of its part of the batch. All in one piece, in
/// which storages that do not live at the same time overlap, so that a part goes through as little cache as it can.
class WorkerMemory {
 public:
  /// Member `k` touches so many bytes of a storage.
  void need(int storage, int k, std::size_t bytes) {
    for (std::size_t i = 0; i < storages_.size(); ++i)
      if (storages_[i] == storage) {
        blocks_[i].last = k;
        blocks_[i].bytes = std::max(blocks_[i].bytes, bytes);
        return;
      }
    storages_.push_back(storage);
    blocks_.push_back({bytes, k, k});
  }

  /// Moves what the members point at into a new storage with a piece for each worker.
  void place(Graph& graph, SampleGroup& group, std::vector<RecordedLaunch>& launches) {
    if (storages_.empty()) return;
    const std::size_t piece = plan_memory(blocks_);
    const int all = graph.make_temporary(piece * std::size_t(group.workers));
    for (std::size_t k = 0; k < launches.size(); ++k)
      for (RecordedSlot& slot : launches[k].slots)
        for (std::size_t i = 0; i < storages_.size(); ++i) {
          if (storages_[i] != slot.storage) continue;
          for (SamplePointer& p : group.members[k].slice.pointers)
            if (p.field == slot.field) p.bytes = piece;
          slot.storage = all;
          slot.offset = std::int64_t(blocks_[i].offset);
          break;
        }
  }

 private:
  std::vector<int> storages_;
  std::vector<Lifetime> blocks_;  // from member to member
};

/// Bytes of a member's scratch memory on one thread.
std::size_t scratch_bytes(const SampleGroup::Member& member) {
  std::size_t most = 0;
  for (const void* prepared : member.prepared)
    if (prepared) most = std::max(most, member.slice.scratch(prepared));
  return most;
}

void merge(Graph& graph, const Group& found) {
  SampleGroup group{found.samples(), found.chunk(), found.shards(), num_threads(), {}, {}};
  std::vector<RecordedLaunch> launches;
  WorkerMemory memory;
  for (std::size_t k = 0; k < found.members().size(); ++k) {
    RecordedLaunch& launch = graph.launch(found.members()[k]);
    SampleGroup::Member m{found.slices()[k], 0,       0,
                          nullptr,           nullptr, prepare(group, found.slices()[k], launch)};
    for (SamplePointer& p : m.slice.pointers)
      for (const RecordedSlot& slot : launch.slots) {
        if (slot.field != p.field) continue;
        if (p.along == Along::worker) {
          memory.need(slot.storage, int(k), scratch_bytes(m));
        } else if (p.along == Along::shared) {
          graph.storage(slot.storage).bytes = m.slice.shared(launch.args.get(), group.workers);
        } else if (p.along == Along::sample && slot.offset == 0 && found.inner(slot.storage)) {
          p.along = Along::worker;
          memory.need(slot.storage, int(k), p.bytes * std::size_t(group.chunk));
        }
      }
    group.members.push_back(std::move(m));
    launches.push_back(copy_of(launch));
  }
  memory.place(graph, group, launches);
  graph.guard_threads(group.workers);
  graph.merge(found.members(), sample_group_launch(std::move(group), std::move(launches)));
}

}  // namespace

void group_by_sample(Graph& graph) {
  for (int i = 0; i < graph.size(); ++i) {
    Sliceable slice = sliceable(graph.launch(i));
    if (slice.samples == 0 || !Group::worth(slice)) continue;
    Group group(graph, i, std::move(slice));
    for (int j = i + 1; j < graph.size(); ++j) group.add(j);
    if (group.members().size() > 1) merge(graph, group);
  }
}

}  // namespace lepton::detail
