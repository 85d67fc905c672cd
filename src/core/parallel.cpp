// The thread pool: workers spin for a moment after a region, then sleep on the region counter.
#include "lepton/core/parallel.hpp"

#include <emmintrin.h>
#include <sched.h>
#include <xmmintrin.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "lepton/core/error.hpp"

namespace lepton {
namespace {

constexpr int kSpins = 2000;  // about 50 microseconds of `pause`
constexpr std::uint32_t kFlushBits = 0x8040;  // flush results to zero, read operands as zero

int allowed_cpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, int(std::thread::hardware_concurrency()));
}

/// With OMP_PROC_BIND set, libgomp pins the thread that loads it to one CPU, and our workers would inherit that.
void unpin_from_openmp() {
  if (!std::getenv("OMP_PROC_BIND")) return;
  cpu_set_t all;
  CPU_ZERO(&all);
  for (int i = 0; i < CPU_SETSIZE; ++i) CPU_SET(i, &all);
  sched_setaffinity(0, sizeof all, &all);
}

/// True in a worker, and in a caller while it takes part in a region: what runs there must not start another.
thread_local constinit bool inside_region = false;

struct Region {
  void (*body)(void*, std::int64_t) = nullptr;
  void* context = nullptr;
  std::int64_t shards = 0;
  alignas(64) std::atomic<std::int64_t> next{0};
  alignas(64) std::atomic<int> working{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error;

  void run() {
    for (std::int64_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < shards;) {
      if (failed.load(std::memory_order_relaxed)) continue;
      try {
        body(context, i);
      } catch (...) {
        if (!failed.exchange(true)) error = std::current_exception();
      }
    }
  }
};

class Pool {
 public:
  explicit Pool(int threads) {
    unpin_from_openmp();
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
  }
  ~Pool() {
    stop_.store(true);
    epoch_.fetch_add(1);
    epoch_.notify_all();
    for (auto& w : workers_) w.join();
  }
  int threads() const { return int(workers_.size()) + 1; }

  void run(std::int64_t shards, void (*body)(void*, std::int64_t), void* context) {
    region_.body = body;
    region_.context = context;
    region_.shards = shards;
    region_.next.store(0, std::memory_order_relaxed);
    region_.failed.store(false, std::memory_order_relaxed);
    region_.working.store(int(workers_.size()), std::memory_order_relaxed);
    epoch_.fetch_add(1, std::memory_order_release);
    epoch_.notify_all();  // free of a system call while nobody sleeps
    region_.run();
    while (region_.working.load(std::memory_order_acquire) != 0) _mm_pause();
    if (region_.failed.load()) std::rethrow_exception(std::exchange(region_.error, nullptr));
  }

 private:
  void work() {
    inside_region = true;
    FlushDenormals flush;
    std::uint32_t seen = 0;
    for (;;) {
      for (int i = 0; i < kSpins && epoch_.load(std::memory_order_acquire) == seen; ++i) _mm_pause();
      if (epoch_.load(std::memory_order_acquire) == seen) epoch_.wait(seen, std::memory_order_acquire);
      if (epoch_.load(std::memory_order_acquire) == seen) continue;
      ++seen;  // the caller waits for all workers, so no epoch can be missed
      if (stop_.load()) return;
      region_.run();
      region_.working.fetch_sub(1, std::memory_order_release);
    }
  }

  Region region_;
  std::atomic<std::uint32_t> epoch_{0};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> workers_;
};

struct Shared {
  std::mutex mutex;  // held by the thread whose region runs
  std::unique_ptr<Pool> pool;
  std::atomic<int> threads{allowed_cpus()};
};
// Not destroyed: a region may be started by the destructor of a static object.
Shared& shared() {
  static Shared* s = new Shared;
  return *s;
}

void run_serially(std::int64_t shards, void (*body)(void*, std::int64_t), void* context) {
  FlushDenormals flush;
  for (std::int64_t i = 0; i < shards; ++i) body(context, i);
}

}  // namespace

void set_num_threads(int n) {
  if (n < 1) throw Error("set_num_threads", "needs at least 1 thread, got " + std::to_string(n));
  if (inside_region) throw Error("set_num_threads", "called from inside a kernel");
  Shared& s = shared();
  std::lock_guard lock(s.mutex);
  s.threads = n;
  if (s.pool && s.pool->threads() != n) s.pool.reset();
}

int num_threads() { return shared().threads; }

namespace detail {

void run_shards(std::int64_t shards, void (*body)(void*, std::int64_t), void* context) {
  if (shards <= 0) return;
  Shared& s = shared();
  if (shards == 1 || inside_region || s.threads == 1) return run_serially(shards, body, context);
  std::unique_lock lock(s.mutex, std::try_to_lock);
  if (!lock) return run_serially(shards, body, context);
  if (!s.pool) s.pool = std::make_unique<Pool>(s.threads);
  struct Mark {
    Mark() { inside_region = true; }
    ~Mark() { inside_region = false; }
  } mark;
  FlushDenormals flush;
  s.pool->run(shards, body, context);
}

}  // namespace detail

FlushDenormals::FlushDenormals() : saved_(_mm_getcsr()) {
  if ((saved_ & kFlushBits) != kFlushBits) _mm_setcsr(saved_ | kFlushBits);
}
FlushDenormals::~FlushDenormals() {
  if ((saved_ & kFlushBits) != kFlushBits) _mm_setcsr(saved_);
}

}  // namespace lepton
