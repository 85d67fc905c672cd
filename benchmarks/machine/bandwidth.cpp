// How fast memory streams: the triad of McCalpin's STREAM.
#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "benchmarks/machine/machine.hpp"
#include "lepton/core/parallel.hpp"

namespace lepton::bench {
namespace {

using Ymm = float __attribute__((vector_size(32)));
using Zmm = float __attribute__((vector_size(64)));

template <class V>
__attribute__((always_inline)) inline void triad(float* a, const float* b, const float* c, std::int64_t n) {
  auto* y = reinterpret_cast<V*>(a);
  const auto *u = reinterpret_cast<const V*>(b), *v = reinterpret_cast<const V*>(c);
  for (std::int64_t i = 0; i < n / std::int64_t(sizeof(V) / sizeof(float)); ++i) y[i] = u[i] + 0.5f * v[i];
}
__attribute__((target("avx2,fma"))) void triad_ymm(float* a, const float* b, const float* c, std::int64_t n) {
  triad<Ymm>(a, b, c, n);
}
__attribute__((target("avx512f"))) void triad_zmm(float* a, const float* b, const float* c, std::int64_t n) {
  triad<Zmm>(a, b, c, n);
}

/// Bytes on huge pages where Linux gives them, touched by this thread.
std::unique_ptr<float[], void (*)(float*)> stretch_of(std::int64_t bytes) {
  constexpr std::int64_t kHuge = 2 << 20;
  const auto size = std::size_t((bytes + kHuge - 1) / kHuge * kHuge);
  auto* p = static_cast<float*>(std::aligned_alloc(kHuge, size));
  madvise(p, size, MADV_HUGEPAGE);
  std::fill_n(p, size / sizeof(float), 1.0f);
  return {p, [](float* q) { std::free(q); }};
}

/// The threads together stream over `bytes`, each over a part of its own.
void measure(benchmark::State& state, std::int64_t bytes) {
  constexpr std::int64_t kStep = 64, kSkew = 512;  // so that the three do not lie at the same place of a page
  const std::int64_t n = bytes / state.threads() / 3 / std::int64_t(sizeof(float)) / kStep * kStep;
  const auto memory = stretch_of((3 * n + 2 * kSkew) * std::int64_t(sizeof(float)));
  float *a = memory.get(), *b = a + n + kSkew, *c = b + n + kSkew;
  const auto run = __builtin_cpu_supports("avx512f") ? triad_zmm : triad_ymm;
  for (auto _ : state) {
    run(a, b, c, n);
    benchmark::ClobberMemory();
  }
  const double each = 3 * double(n) * sizeof(float);
  state.counters["bytes"] =
      benchmark::Counter(each * double(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["size"] = benchmark::Counter(double(bytes), benchmark::Counter::kAvgThreads);
}

/// Bytes of the first CPU's cache of a level, from sysfs.
std::int64_t cache_size(int level, std::int64_t otherwise) {
  for (const auto& cache : benchmark::CPUInfo::Get().caches)
    if (cache.level == level && cache.size > 0) return cache.size;
  return otherwise;
}

void add(const std::string& name, std::int64_t bytes, int threads) {
  benchmark::RegisterBenchmark(("machine/triad_" + name).c_str(),
                               [bytes](benchmark::State& s) { measure(s, bytes); })
      ->UseRealTime()
      ->MinTime(0.2)
      ->Threads(threads);
}

}  // namespace

void register_bandwidth() {
  const std::int64_t l2 = cache_size(2, 1 << 20), l3 = cache_size(3, 32 << 20);
  const int all = num_threads();
  for (const int threads : {1, all}) {
    add("l2", threads * l2 / 2, threads);
    add("l3", l3 / 2, threads);
    add("memory", std::max<std::int64_t>(4 * l3, 256 << 20), threads);
    if (all == 1) break;
  }
}

}  // namespace lepton::bench
