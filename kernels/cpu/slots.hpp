// Scratch memory that threads borrow: as many pieces as threads, used again and again, so that they stay in cache.
#pragma once

#include <emmintrin.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "lepton/core/parallel.hpp"

namespace lepton::kernels::cpu {

/// Pieces of scratch memory that `shards` shards need: one a thread. For a `prepare`.
inline std::int64_t slot_count(std::int64_t shards) {
  const std::int64_t threads = std::max<std::int64_t>(num_threads(), std::thread::hardware_concurrency());
  return std::clamp<std::int64_t>(shards, 1, std::min<std::int64_t>(threads, 64));
}

/// Hands out `count` (at most 64) pieces of `bytes`; whoever finds none free waits for one. Nothing may be computed
/// from which piece a shard got.
class Slots {
 public:
  Slots(void* memory, std::int64_t count, std::size_t bytes)
      : memory_(static_cast<char*>(memory)), bytes_(bytes), free_(~0ull >> (64 - count)) {}

  class Lease {
   public:
    explicit Lease(Slots& slots) : slots_(slots), index_(slots.take()) {}
    ~Lease() { slots_.free_.fetch_or(1ull << index_, std::memory_order_release); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    void* get() const { return slots_.memory_ + std::size_t(index_) * slots_.bytes_; }

   private:
    Slots& slots_;
    int index_;
  };

 private:
  int take() {
    std::uint64_t free = free_.load(std::memory_order_relaxed);
    for (int waits = 0;; ++waits) {
      if (free == 0) {
        if (waits < 1000) _mm_pause();
        else std::this_thread::yield();  // whoever holds a piece may need this core
        free = free_.load(std::memory_order_relaxed);
      } else if (free_.compare_exchange_weak(free, free & (free - 1), std::memory_order_acquire)) {
        return std::countr_zero(free);
      }
    }
  }

  char* memory_;
  std::size_t bytes_;
  std::atomic<std::uint64_t> free_;
};

}  // namespace lepton::kernels::cpu
