// The thread pool: workers spin for a moment after a region, then sleep on the region counter.
#include "lepton/core/parallel.hpp"

#include <emmintrin.h>
#include <sched.h>
#include <xmmintrin.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <latch>
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
thread_local constinit int worker = 0;

struct Free {
  void operator()(void* p) const { std::free(p); }
};
using Scratch = std::unique_ptr<void, Free>;
Scratch make_scratch() {
  Scratch scratch(std::aligned_alloc(64, detail::kThreadScratch));
  if (!scratch) throw Error("threads", "out of memory");
  return scratch;
}
// Not an array of the thread's: static thread-local memory is taken out of every thread's stack.
thread_local Scratch scratch;

/// One parallel loop. Threads claim shards through a ticket that carries the loop's number, so that a worker that
/// wakes late finds nothing to do, and nobody ever waits for a worker that has claimed nothing.
class Region {
 public:
  /// Opens loop number `loop`. Only after the last one was finished.
  void open(std::uint32_t loop, std::int64_t shards, void (*body)(void*, std::int64_t), void* context) {
    body_.store(body, std::memory_order_relaxed);
    context_.store(context, std::memory_order_relaxed);
    shards_.store(shards, std::memory_order_relaxed);
    done_.store(0, std::memory_order_relaxed);
    failed_.store(false, std::memory_order_relaxed);
    ticket_.store(std::uint64_t(loop) << 32, std::memory_order_release);
  }

  /// Takes part in loop `loop` until no shard is left.
  void work(std::uint32_t loop) {
    std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
    while (std::uint32_t(ticket >> 32) == loop) {
      const auto shard = std::int64_t(ticket & kClosed);
      if (shard >= shards_.load(std::memory_order_relaxed)) return;
      // Succeeds only while this loop is open: closing it changes the ticket before anything else.
      if (!ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel)) continue;
      run(shard);
      ticket = ticket_.load(std::memory_order_acquire);
    }
  }

  /// Waits for the shards that others claimed, closes the loop, and throws what one of them threw.
  void finish(std::uint32_t loop) {
    const std::int64_t shards = shards_.load(std::memory_order_relaxed);
    for (int spins = 0; done_.load(std::memory_order_acquire) != shards; ++spins) {
      if (spins < kSpins) _mm_pause();
      else std::this_thread::yield();  // whoever holds the last shard may need this core
    }
    ticket_.store(std::uint64_t(loop) << 32 | kClosed, std::memory_order_release);
    if (failed_.load(std::memory_order_relaxed)) std::rethrow_exception(std::exchange(error_, nullptr));
  }

 private:
  static constexpr std::uint64_t kClosed = 0xffffffff;

  void run(std::int64_t shard) {
    if (!failed_.load(std::memory_order_relaxed)) {
      try {
        body_.load(std::memory_order_relaxed)(context_.load(std::memory_order_relaxed), shard);
      } catch (...) {
        if (!failed_.exchange(true)) error_ = std::current_exception();
      }
    }
    done_.fetch_add(1, std::memory_order_acq_rel);
  }

  alignas(64) std::atomic<std::uint64_t> ticket_{kClosed};  // loop number, next shard
  alignas(64) std::atomic<std::int64_t> done_{0};
  alignas(64) std::atomic<void (*)(void*, std::int64_t)> body_{nullptr};
  std::atomic<void*> context_{nullptr};
  std::atomic<std::int64_t> shards_{0};
  std::atomic<bool> failed_{false};
  std::exception_ptr error_;
};

class Pool {
 public:
  /// Returns when all workers are there: what a thread allocates as it starts is not a kernel's doing.
  explicit Pool(int threads) {
    unpin_from_openmp();
    std::latch there(threads - 1);
    for (int i = 1; i < threads; ++i)
      workers_.emplace_back([this, i, &there, memory = make_scratch()]() mutable {
        worker = i;
        scratch = std::move(memory);
        there.count_down();
        work();
      });
    there.wait();
  }
  ~Pool() {
    stop_.store(true);
    loop_.fetch_add(1);
    loop_.notify_all();
    for (auto& w : workers_) w.join();
  }
  int threads() const { return int(workers_.size()) + 1; }

  void run(std::int64_t shards, void (*body)(void*, std::int64_t), void* context) {
    const std::uint32_t loop = loop_.load(std::memory_order_relaxed) + 1;
    region_.open(loop, shards, body, context);
    loop_.store(loop, std::memory_order_release);
    loop_.notify_all();  // free of a system call while nobody sleeps
    region_.work(loop);
    region_.finish(loop);
  }

 private:
  void work() {
    inside_region = true;
    const FlushDenormals flush;
    std::uint32_t seen = 0;
    while (!stop_.load(std::memory_order_relaxed)) {
      for (int i = 0; i < kSpins && loop_.load(std::memory_order_acquire) == seen; ++i) _mm_pause();
      loop_.wait(seen, std::memory_order_acquire);
      seen = loop_.load(std::memory_order_acquire);
      region_.work(seen);
    }
  }

  Region region_;
  std::atomic<std::uint32_t> loop_{0};
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

int worker_index() { return worker; }

void* thread_scratch() {
  if (!scratch) scratch = make_scratch();
  return scratch.get();
}

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
  thread_scratch();  // now, not when this thread happens to get a shard that needs it
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
