// The graph of a recording: uses, what must follow what, and merging.
#include "src/compile/graph.hpp"

#include <algorithm>
#include <cstring>
#include <queue>

#include "lepton/core/parallel.hpp"

namespace lepton::detail {

Graph::Graph(Recording& recording) : recording_(recording) {
  for (const RecordedStorage& s : recording.storages)
    temporary_.push_back(s.made && !s.constant && s.storage->ref_count() == 1);
  count_uses();
  find_followers();
}

int Graph::make_temporary(std::size_t bytes) {
  temporary_.push_back(true);
  uses_.emplace_back();
  return recording_.add_temporary(bytes);
}

void Graph::pack(RecordedLaunch pack, int source) {
  auto& launches = recording_.launches;
  for (std::size_t i = 0; i < launches.size(); ++i) {
    const auto& slots = launches[i].slots;
    if (std::any_of(slots.begin(), slots.end(),
                    [&](const RecordedSlot& s) { return s.storage == source && s.access != Access::read; }))
      launches.insert(launches.begin() + std::ptrdiff_t(++i), copy_of(pack));
  }
  recording_.packs.push_back({std::move(pack), source});
  count_uses();
  find_followers();
}

void Graph::join(int from, int to) {
  auto &uses = uses_[std::size_t(from)], &all = uses_[std::size_t(to)];
  for (const Use& use : uses) launch(use.launch).slots[std::size_t(use.slot)].storage = to;
  all.insert(all.end(), uses.begin(), uses.end());
  uses.clear();
}

void Graph::guard_threads(int threads) {
  recording_.guard([threads] { return num_threads() <= threads; });
}

void Graph::point(RecordedLaunch& launch) const {
  for (const RecordedSlot& slot : launch.slots) {
    const char* const p = static_cast<const char*>(recording_.storages[std::size_t(slot.storage)].storage->data) + slot.offset;
    std::memcpy(launch.args.get() + slot.field, &p, sizeof p);
  }
}

void Graph::count_uses() {
  uses_.assign(recording_.storages.size(), {});
  for (int i = 0; i < size(); ++i)
    for (int k = 0; k < int(launch(i).slots.size()); ++k) {
      const RecordedSlot& s = launch(i).slots[std::size_t(k)];
      uses_[std::size_t(s.storage)].push_back({i, k, s.access});
    }
}

/// After a write come the reads of it, and after those the next write.
void Graph::find_followers() {
  followers_.assign(recording_.launches.size(), {});
  const auto follow = [this](int first, int then) {
    if (first >= 0 && first != then) followers_[std::size_t(first)].push_back(then);
  };
  for (const auto& uses : uses_) {
    int writer = -1;
    std::vector<int> readers;
    for (const Use& use : uses) {
      if (use.access == Access::read) {
        follow(writer, use.launch);
        readers.push_back(use.launch);
        continue;
      }
      if (use.launch == writer) continue;
      follow(writer, use.launch);
      for (const int r : readers) follow(r, use.launch);
      readers.clear();
      writer = use.launch;
    }
  }
}

int Graph::producer(int storage) const {
  if (!temporary(storage)) return -1;
  int writer = -1;
  bool read = false;
  for (const Use& use : uses(storage)) {
    if (use.launch == writer) continue;
    if (use.access == Access::read) {
      read = true;
    } else {
      if (writer >= 0 || read || use.access == Access::update) return -1;
      writer = use.launch;
    }
  }
  return writer;
}

bool Graph::only_reader(int storage, int i) const {
  return std::all_of(uses(storage).begin(), uses(storage).end(),
                     [&](const Use& use) { return use.launch == i || use.access == Access::write; });
}

const RecordedSlot* Graph::slot(int i, const void* field) const {
  const RecordedLaunch& l = launch(i);
  const auto offset = static_cast<const std::byte*>(field) - l.args.get();
  for (const RecordedSlot& s : l.slots)
    if (std::int64_t(s.field) == offset) return &s;
  return nullptr;
}

bool Graph::can_merge(std::span<const int> members) const {
  // Walks from what follows a member without being one: if that leads back to a member, something stands between.
  const auto is_member = [&](int i) { return std::find(members.begin(), members.end(), i) != members.end(); };
  std::vector<bool> seen(recording_.launches.size(), false);
  std::vector<int> pending;
  for (const int m : members)
    for (const int f : followers_[std::size_t(m)])
      if (!is_member(f)) pending.push_back(f);
  while (!pending.empty()) {
    const int i = pending.back();
    pending.pop_back();
    if (seen[std::size_t(i)]) continue;
    seen[std::size_t(i)] = true;
    if (is_member(i)) return false;
    for (const int f : followers_[std::size_t(i)]) pending.push_back(f);
  }
  return true;
}

void Graph::merge(std::span<const int> members, RecordedLaunch fused) {
  const int last = *std::max_element(members.begin(), members.end());
  for (const int m : members)
    for (const int f : followers_[std::size_t(m)])
      if (m != last && std::find(members.begin(), members.end(), f) == members.end())
        followers_[std::size_t(last)].push_back(f);
  // What came before a member now comes before the merged launch.
  for (auto& f : followers_)
    for (int& to : f)
      if (std::find(members.begin(), members.end(), to) != members.end()) to = last;
  for (const int m : members)
    if (m != last) erase(m);
  auto& own = followers_[std::size_t(last)];
  own.erase(std::remove(own.begin(), own.end(), last), own.end());
  launch(last) = std::move(fused);
  refresh();
}

void Graph::split(int i, RecordedLaunch first, RecordedLaunch second) {
  launch(i) = std::move(first);
  recording_.launches.insert(recording_.launches.begin() + i + 1, std::move(second));
  recount();
}

/// Kahn's algorithm, the lowest number first. A merged launch may have ended up behind one that follows it.
void Graph::sort() {
  std::vector<int> waits(recording_.launches.size(), 0), order;
  for (int i = 0; i < size(); ++i)
    if (!erased(i))
      for (const int f : followers_[std::size_t(i)]) ++waits[std::size_t(f)];
  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int i = 0; i < size(); ++i)
    if (!erased(i) && waits[std::size_t(i)] == 0) ready.push(i);
  while (!ready.empty()) {
    const int i = ready.top();
    ready.pop();
    order.push_back(i);
    for (const int f : followers_[std::size_t(i)])
      if (--waits[std::size_t(f)] == 0 && !erased(f)) ready.push(f);
  }
  std::vector<RecordedLaunch> sorted;
  for (const int i : order) sorted.push_back(std::move(launch(i)));
  recording_.launches = std::move(sorted);
}

void Graph::recount() {
  std::erase_if(recording_.launches, [](const RecordedLaunch& l) { return !l.args; });
  count_uses();
  find_followers();
}

void Graph::refresh() {
  sort();
  count_uses();
  find_followers();
}

}  // namespace lepton::detail
