// The machine's peak in multiply-adds. Loops are inline assembly on registers, so that the compiler cannot remove them.
#include <benchmark/benchmark.h>
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "benchmarks/machine/machine.hpp"
#include "lepton/core/parallel.hpp"

namespace lepton::bench {
namespace {

using Ymm = float __attribute__((vector_size(32)));
using Zmm = float __attribute__((vector_size(64)));

constexpr std::int64_t kRounds = 2000;  // of a loop's instructions a call
// More chains than the latency (4) times the ports (2) that any of these CPUs has, and no more than its registers.
constexpr int kChains = 12, kWideChains = 24;

// Each gives the number of floating-point operations that it did.

__attribute__((target("avx2,fma"))) double fma_ymm() {
  Ymm sums[kChains] = {};
  const Ymm a{}, b{};
  for (std::int64_t i = 0; i < kRounds; ++i)
#pragma GCC unroll 12
    for (Ymm& sum : sums) asm volatile("vfmadd231ps %1, %2, %0" : "+x"(sum) : "x"(a), "x"(b));
  return double(kRounds) * kChains * 8 * 2;
}

__attribute__((target("avx512f"))) double fma_zmm() {
  Zmm sums[kWideChains] = {};
  const Zmm a{}, b{};
  for (std::int64_t i = 0; i < kRounds; ++i)
#pragma GCC unroll 24
    for (Zmm& sum : sums) asm volatile("vfmadd231ps %1, %2, %0" : "+v"(sum) : "v"(a), "v"(b));
  return double(kRounds) * kWideChains * 16 * 2;
}

__attribute__((target("avx512f"))) double bf16_zmm() {
  Zmm sums[kWideChains] = {};
  const Zmm a{}, b{};
  for (std::int64_t i = 0; i < kRounds; ++i)
#pragma GCC unroll 24
    for (Zmm& sum : sums) asm volatile("vdpbf16ps %1, %2, %0" : "+v"(sum) : "v"(a), "v"(b));
  return double(kRounds) * kWideChains * 32 * 2;
}

/// Eight tiles of 16 rows of 64 bytes, as `ldtilecfg` reads it.
struct alignas(64) TileConfig {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

double bf16_amx() {
  const TileConfig config;
  asm volatile("ldtilecfg %0" : : "m"(config));
  asm volatile("tilezero %tmm4\n tilezero %tmm5\n tilezero %tmm6\n tilezero %tmm7");
  for (std::int64_t i = 0; i < kRounds; ++i)
    asm volatile(
        "tdpbf16ps %tmm6, %tmm4, %tmm0\n tdpbf16ps %tmm7, %tmm4, %tmm1\n"
        "tdpbf16ps %tmm6, %tmm5, %tmm2\n tdpbf16ps %tmm7, %tmm5, %tmm3");
  asm volatile("tilerelease");
  return double(kRounds) * 4 * 16 * 16 * 32 * 2;
}

/// Whether the CPU multiplies bf16 tiles and Linux lets this process use them.
bool has_amx() {
  constexpr unsigned kBf16 = 1u << 22, kTiles = 1u << 24;
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & kBf16) && (d & kTiles) &&
         syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}
bool has_bf16_zmm() {
  constexpr unsigned kBf16 = 1u << 5;
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __builtin_cpu_supports("avx512f") && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & kBf16);
}

void measure(benchmark::State& state, double (*loop)()) {
  double flops = 0;
  for (auto _ : state) flops += loop();
  state.counters["flops"] =
      benchmark::Counter(flops, benchmark::Counter::kIsRate, benchmark::Counter::kIs1000);
}

void add(const std::string& name, double (*loop)()) {
  auto* probe = benchmark::RegisterBenchmark(("machine/" + name).c_str(), [loop](benchmark::State& state) {
    if (loop) measure(state, loop);
    else state.SkipWithError("the CPU has no such instruction");
  });
  probe->UseRealTime()->MinTime(0.2);
  probe->Threads(1);
  if (num_threads() > 1) probe->Threads(num_threads());
}

}  // namespace

void register_arithmetic() {
  add("f32", __builtin_cpu_supports("avx512f") ? fma_zmm : fma_ymm);
  add("bf16", has_amx() ? bf16_amx : has_bf16_zmm() ? bf16_zmm : nullptr);
}

}  // namespace lepton::bench
