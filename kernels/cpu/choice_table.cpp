// The table: how products and convolutions are computed on each kind of CPU. Where no row holds, in f32.
//
// How a row gets here. `tune()` on the machine, over the steps of benchmarks/train_bench.cpp, tells for each shape
// which way is how much faster; a row's thresholds are then set where bf16 begins to win by more than the scatter of
// two runs. A row must never make a step slower: when in doubt, f32.
#include "kernels/cpu/choice_table.hpp"

namespace lepton::kernels::cpu {
namespace {

using enum ChoiceOp;
using enum Size;

/// vdpbf16ps at twice the rate of f32 FMAs: AMD's from Zen 4 on.
/// To be measured.
constexpr ChoiceRow kTwiceTheRate[] = {
    {matmul, bf16, {{{m, 16}, {n, 16}, {k, 16}, {work, 1'000'000}}}, {bf16}},
};

/// What a machine does that nobody has measured: f32, which is never slower.
constexpr std::span<const ChoiceRow> kUnknown{};

struct Model {
  Vendor vendor;
  int family, first, last;  // models
  std::span<const ChoiceRow> rows;
};

constexpr int kAny = 1 << 16;

constexpr Model kModels[] = {
    // Zen 5. Measured on EPYC model 2: f32 88, bf16 167 GFLOP/s a core.
    {Vendor::amd, 26, 0, kAny, kTwiceTheRate},
    // Zen 4 (the rest of family 25 is Zen 3, without AVX-512). EPYC model 17: f32 114, bf16 233 GFLOP/s a core.
    {Vendor::amd, 25, 0x10, 0x1f, kTwiceTheRate},
    {Vendor::amd, 25, 0x60, 0x7f, kTwiceTheRate},
    {Vendor::amd, 25, 0xa0, 0xaf, kTwiceTheRate},
};

}  // namespace

std::span<const ChoiceRow> table_for(const CpuId& cpu) {
  if (cpu.isa != Isa::v4bf16) return kUnknown;
  for (const Model& m : kModels)
    if (m.vendor == cpu.vendor && m.family == cpu.family && m.first <= cpu.model && cpu.model <= m.last) return m.rows;
  return kUnknown;
}

}  // namespace lepton::kernels::cpu
