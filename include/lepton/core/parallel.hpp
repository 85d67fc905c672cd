// The thread pool that every CPU kernel runs on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "lepton/core/export.hpp"

namespace lepton {

/// Threads a kernel may use, the caller's included. Results do not depend on it. Default: the CPUs this
/// process may run on. Throws where n < 1. May be called from any thread, not from inside a kernel.
LEPTON_API void set_num_threads(int n);
LEPTON_API int num_threads();

namespace detail {
LEPTON_API void run_shards(std::int64_t shards, void (*body)(void*, std::int64_t), void* context);
/// Tells the threads of the pool apart: below num_threads(), 0 in threads that are not the pool's.
LEPTON_API int worker_index();
/// Memory for kernels of the calling thread: kThreadScratch bytes at a multiple of 64. The pool's threads have theirs
/// from the beginning, others from their first call on.
inline constexpr std::size_t kThreadScratch = 640 << 10;
LEPTON_API void* thread_scratch();
}

/// Calls `body(i)` for each i in [0, shards), on several threads, and returns when all are done. An exception
/// thrown by a call is thrown here. Inside a call, and while another thread uses the pool, it runs serially.
template <class F> void parallel_for(std::int64_t shards, F&& body) {
  using Body = std::remove_reference_t<F>;
  detail::run_shards(
      shards, [](void* f, std::int64_t i) { (*static_cast<Body*>(f))(i); }, const_cast<std::remove_const_t<Body>*>(&body));
}

/// Sets the CPU to flush subnormal numbers to zero while it lives, on this thread. Every kernel runs under it.
class LEPTON_API FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  std::uint32_t saved_;
};

}  // namespace lepton
