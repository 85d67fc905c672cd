// The caching allocator: small blocks from lists of each thread, large ones from lists shared under a lock.
//
// A thread that frees what another allocates (a batch that was read ahead) hands blocks on by way of the shared lists.
// A block is rounded up to one of four sizes between powers of two, so at most a quarter is wasted, and goes
// back to the list of its size when freed. Nothing is returned to the system until `empty_cache`. Memory comes in huge
// pages where a block is worth one, or as a piece of a slab of them.
#include "lepton/core/memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lepton/core/error.hpp"
#include "src/core/slab.hpp"

namespace lepton {
namespace {

constexpr std::size_t kSmallLimit = 64 << 10;  // above this, blocks are shared between threads
constexpr std::size_t kHugePage = 2 << 20;
constexpr int kClasses = 192;
constexpr std::size_t kMost = std::size_t(1) << 47;  // beyond any memory, and within the classes

/// Number of the size class, and its size: 64, 80, 96, 112, 128, 160, ... rounded up to 64 bytes in use.
constexpr int class_of(std::size_t bytes) {
  if (bytes <= 64) return 0;
  const int log = std::bit_width(bytes - 1) - 1;  // 2^log < bytes <= 2^(log+1)
  const std::size_t quarter = std::size_t(1) << (log - 2);
  return 1 + 4 * (log - 6) + int((bytes - 1 - (std::size_t(1) << log)) / quarter);
}
constexpr std::size_t class_size(int c) {
  if (c == 0) return 64;
  const int log = 6 + (c - 1) / 4;
  return (std::size_t(1) << log) + std::size_t((c - 1) % 4 + 1) * (std::size_t(1) << (log - 2));
}

// `held` is what is in use and what is kept for later: taking a kept block changes one counter, not two.
std::atomic<std::int64_t> in_use{0}, peak{0}, held{0}, system_calls{0};

[[noreturn]] void throw_exhausted(std::size_t bytes) {
  throw Error("allocate",
              "out of memory asking for " + std::to_string(bytes) + " bytes; a smaller batch needs less");
}

void count_system_call() { system_calls.fetch_add(1, std::memory_order_relaxed); }

void* from_system(std::size_t bytes) {
  count_system_call();
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : 64;
  void* p = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (!p) throw_exhausted(bytes);
  if (bytes >= kHugePage) madvise(p, bytes, MADV_HUGEPAGE);
  return p;
}

void* pop(std::vector<void*>& list) {
  if (list.empty()) return nullptr;
  void* p = list.back();
  list.pop_back();
  return p;
}

struct Lists {
  std::array<std::vector<void*>, kClasses> free;
  void clear_uncounted() {
    for (auto& list : free) {
      for (void* p : list) std::free(p);
      list.clear();
    }
  }
  std::int64_t bytes() const {
    std::int64_t sum = 0;
    for (int c = 0; c < kClasses; ++c) sum += std::int64_t(free[std::size_t(c)].size() * class_size(c));
    return sum;
  }
  void clear(detail::Slabs* slabs) {
    const std::int64_t before = bytes();
    for (int c = 0; c < kClasses; ++c) {
      auto& list = free[std::size_t(c)];
      if (detail::in_slab(class_size(c))) continue;
      for (void* p : list) std::free(p);
      list.clear();
    }
    if (slabs) slabs->give_back(free);
    held.fetch_sub(before - bytes(), std::memory_order_relaxed);
  }
};

struct Shared {
  std::mutex mutex;
  Lists lists, objects;
  detail::Slabs slabs;

  void* take(std::size_t size, int c) {
    std::lock_guard lock(mutex);
    void* const known = pop(lists.free[std::size_t(c)]);
    if (known || !detail::in_slab(size)) return known;
    const detail::Slabs::Block block = slabs.cut(size);
    if (block.opened) count_system_call();
    if (!block.memory) throw_exhausted(size);
    held.fetch_add(std::int64_t(size), std::memory_order_relaxed);
    return block.memory;
  }
};
// Never destroyed: tensors in static storage are freed after every destructor has run.
Shared& shared() {
  static Shared* s = new Shared;
  return *s;
}

struct ThreadCache {
  Lists lists, objects;
  ~ThreadCache() {
    objects.clear_uncounted();
    std::lock_guard lock(shared().mutex);
    for (std::size_t c = 0; c < kClasses; ++c) {
      auto& to = shared().lists.free[c];
      to.insert(to.end(), lists.free[c].begin(), lists.free[c].end());
      lists.free[c].clear();
    }
  }
};

// A pointer to the lists, not the lists: static thread-local memory is scarce, and a pointer is read in one
// instruction.
thread_local constinit ThreadCache* thread_cache = nullptr;
// Set when the lists are gone: tensors freed late in a thread's life go to the shared ones.
thread_local constinit bool cache_gone = false;

/// The thread's lists, made where they are first asked for; null at the end of its life.
[[gnu::noinline]] ThreadCache* make_thread_cache() {
  struct Owner {
    std::unique_ptr<ThreadCache> cache = std::make_unique<ThreadCache>();
    ~Owner() {
      thread_cache = nullptr;
      cache_gone = true;
    }
  };
  if (cache_gone) return nullptr;
  static thread_local Owner owner;
  return thread_cache = owner.cache.get();
}

ThreadCache* own_cache() { return thread_cache ? thread_cache : make_thread_cache(); }

/// Small blocks of each class that a thread keeps for itself.
constexpr auto kMostKept = [] {
  std::array<std::size_t, kClasses> most{};
  for (int c = 0; c < kClasses; ++c)
    most[std::size_t(c)] =
        std::clamp((std::size_t(1) << 20) / class_size(c), std::size_t(32), std::size_t(512));
  return most;
}();

/// Moves the last `count` blocks of a list, or as many as there are.
void move_blocks(std::vector<void*>& from, std::vector<void*>& to, std::size_t count) {
  const auto first = from.end() - std::ptrdiff_t(std::min(count, from.size()));
  to.insert(to.end(), first, from.end());
  from.erase(first, from.end());
}

/// Fills a thread's empty list from what other threads could not keep.
[[gnu::noinline]] void fill(std::vector<void*>& list, std::vector<void*>& shared_list, std::size_t c) {
  std::lock_guard lock(shared().mutex);
  move_blocks(shared_list, list, kMostKept[c] / 2);
}

/// Hands half of a thread's list on.
[[gnu::noinline]] void spill(std::vector<void*>& list, std::vector<void*>& shared_list, std::size_t c) {
  std::lock_guard lock(shared().mutex);
  move_blocks(list, shared_list, kMostKept[c] / 2);
}

/// A block of a thread's list; null where there is none.
void* pop_small(ThreadCache& cache, Lists ThreadCache::*own, Lists Shared::*others, std::size_t c) {
  std::vector<void*>& list = (cache.*own).free[c];
  if (list.empty()) [[unlikely]]
    fill(list, (shared().*others).free[c], c);
  return pop(list);
}

void push_small(ThreadCache& cache, Lists ThreadCache::*own, Lists Shared::*others, std::size_t c, void* p) {
  std::vector<void*>& list = (cache.*own).free[c];
  list.push_back(p);
  if (list.size() >= kMostKept[c]) [[unlikely]]
    spill(list, (shared().*others).free[c], c);
}

void count(std::int64_t size) {
  const std::int64_t now = in_use.fetch_add(size, std::memory_order_relaxed) + size;
  std::int64_t top = peak.load(std::memory_order_relaxed);
  while (now > top && !peak.compare_exchange_weak(top, now, std::memory_order_relaxed)) {}
}

}  // namespace

namespace detail {

void* allocate(std::size_t bytes) {
  if (bytes > kMost) throw_exhausted(bytes);
  const int c = class_of(bytes);
  const std::size_t size = class_size(c);
  ThreadCache* const cache = size <= kSmallLimit ? own_cache() : nullptr;
  void* p =
      cache ? pop_small(*cache, &ThreadCache::lists, &Shared::lists, std::size_t(c)) : shared().take(size, c);
  if (!p) [[unlikely]] {
    p = from_system(size);
    held.fetch_add(std::int64_t(size), std::memory_order_relaxed);
  }
  count(std::int64_t(size));
  return p;
}

void release(void* p, std::size_t bytes) noexcept {
  if (!p) return;
  const int c = class_of(bytes);
  const std::size_t size = class_size(c);
  in_use.fetch_sub(std::int64_t(size), std::memory_order_relaxed);
  if (ThreadCache* const cache = size <= kSmallLimit ? own_cache() : nullptr) {
    push_small(*cache, &ThreadCache::lists, &Shared::lists, std::size_t(c), p);
    return;
  }
  std::lock_guard lock(shared().mutex);
  shared().lists.free[std::size_t(c)].push_back(p);
}

void* allocate_object(std::size_t bytes) {
  const int c = class_of(bytes);
  ThreadCache* const cache = own_cache();
  void* p = cache ? pop_small(*cache, &ThreadCache::objects, &Shared::objects, std::size_t(c)) : nullptr;
  return p ? p : from_system(class_size(c));
}

void release_object(void* p, std::size_t bytes) noexcept {
  if (ThreadCache* const cache = own_cache())
    push_small(*cache, &ThreadCache::objects, &Shared::objects, std::size_t(class_of(bytes)), p);
  else std::free(p);
}

}  // namespace detail

MemoryStats memory_stats() {
  const std::int64_t used = in_use.load();
  return {used, peak.load(), held.load() - used, system_calls.load()};
}

void reset_peak_memory() { peak.store(in_use.load()); }

void empty_cache() {
  if (thread_cache) thread_cache->lists.clear(nullptr);
  std::lock_guard lock(shared().mutex);
  shared().lists.clear(&shared().slabs);
  shared().objects.clear_uncounted();
}

}  // namespace lepton
