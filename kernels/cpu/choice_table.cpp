// The table: how products and convolutions are computed on each kind of CPU. Where no row holds, in f32.
//
// How a row gets here: `tune()` on the machine, over the steps of benchmarks/train_bench.cpp and over a grid of sizes,
// tells how long each way takes; thresholds are then set where bf16 begins to win by more than the scatter of two
// runs. A row must never make a step slower: when in doubt, f32.
#include "kernels/cpu/choice_table.hpp"

namespace lepton::kernels::cpu {
namespace {

using enum ChoiceOp;
using enum Size;

/// AVX512_BF16 at twice the rate of f32: AMD's from Zen 4 on. Products measured on Zen 5 (EPYC model 2, 2 cores, 2
/// threads): all m, n, k of {1, 2, 4, 8, 16, 32, 64, 128, 512}, transposed or not, alone and 16 at a time. Where a row
/// says bf16 it was 1.02 to 2 times as fast as f32, in the middle 1.5.
constexpr ChoiceRow kTwiceTheRate[] = {
    // kJob of gemm_plan.cpp: f32 is worth two threads from the first of these on, bf16 from the second.
    {matmul, bf16, {{{batch, 1, 1}, {work, 960'000, 1'920'000}}}, {f32}},
    // Rounding and pairing factors costs as much as a few products: least where both lie along k.
    {matmul, bf16, {{{trans_a, 0, 0}, {trans_b, 1, 1}, {m, 16}, {n, 32}, {k, 32}}}, {bf16}},
    {matmul, bf16, {{{trans_a, 0, 0}, {trans_b, 1, 1}, {m, 32}, {n, 8}, {k, 64}}}, {bf16}},
    {matmul, bf16, {{{m, 32}, {n, 32}, {k, 32}, {work, 65'536}}}, {bf16}},
};

/// What a machine does that nobody has measured: f32, which is never slower.
constexpr std::span<const ChoiceRow> kUnknown{};

struct Model {
  Vendor vendor;
  int family, first, last;  // models
  std::span<const ChoiceRow> rows;
};

constexpr int kAny = 1 << 16;

// Peaks are of one core, in GFLOP/s.
constexpr Model kModels[] = {
    // Zen 5: 256 in f32, 546 in bf16.
    {Vendor::amd, 26, 0, kAny, kTwiceTheRate},
    // Zen 4, where the rest of family 25 is Zen 3, without AVX-512: 114 and 233. Rows of Zen 5.
    {Vendor::amd, 25, 0x10, 0x1f, kTwiceTheRate},
    {Vendor::amd, 25, 0x60, 0x7f, kTwiceTheRate},
    {Vendor::amd, 25, 0xa0, 0xaf, kTwiceTheRate},
    // Intel's Sapphire Rapids and its successors (6, 143, 207, 173) start one AVX512_BF16 product where they start two
    // f32 FMAs, so that nothing is won until there are kernels for AMX. Ice Lake (6, 106) has no bf16 at all.
};

}  // namespace

std::span<const ChoiceRow> table_for(const CpuId& cpu) {
  if (cpu.isa != Isa::v4bf16) return kUnknown;
  for (const Model& m : kModels)
    if (m.vendor == cpu.vendor && m.family == cpu.family && m.first <= cpu.model && cpu.model <= m.last) return m.rows;
  return kUnknown;
}

}  // namespace lepton::kernels::cpu
