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

/// What Winograd serves.
constexpr std::array<Condition, 16> kWinograd{{{groups, 1, 1}, {in, 16}, {out, 16}, {height, 4}, {width, 4},
                                               {kernel_h, 3, 3}, {kernel_w, 3, 3}, {stride_h, 1, 1}, {stride_w, 1, 1},
                                               {dilation_h, 1, 1}, {dilation_w, 1, 1}}};

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

    // Convolutions, measured on the same machine, one picture on one thread. Few channels, where runs of a window's
    // numbers are long enough to be paired: 1.1 to 1.8 times as fast.
    {conv2d, bf16, {{{groups, 1, 1}, {in, 2, 4}, {out, 16}, {kernel_h, 3}, {kernel_w, 3}}}, {bf16}},
    {conv2d, bf16, {{{groups, 1, 1}, {in, 1, 4}, {out, 16}, {kernel_h, 5}, {kernel_w, 5}}}, {bf16}},
    {conv2d_weight_grad, bf16, {{{groups, 1, 1}, {in, 2, 4}, {out, 16}, {kernel_h, 3}, {kernel_w, 3}}}, {bf16}},
    {conv2d_weight_grad, bf16, {{{groups, 1, 1}, {in, 1, 4}, {out, 16}, {kernel_h, 5}, {kernel_w, 5}}}, {bf16}},
    // Winograd in f32 is as fast as products in bf16, or faster (up to 1.5 times).
    {conv2d, bf16, kWinograd, {f32}},
    {conv2d_input_grad, bf16, kWinograd, {f32}},
    {conv2d_weight_grad, bf16, kWinograd, {f32}},
    // The rest goes through products: 1.4 to 2 times as fast, the gradient by the weight of a 1x1 one from 32 channels.
    {conv2d, bf16, {{{groups, 1, 1}, {in, 8}, {out, 8}}}, {bf16}},
    {conv2d_input_grad, bf16, {{{groups, 1, 1}, {in, 8}, {out, 8}}}, {bf16}},
    {conv2d_weight_grad, bf16, {{{groups, 1, 1}, {in, 32}, {out, 32}}}, {bf16}},
    {conv2d_weight_grad, bf16, {{{groups, 1, 1}, {in, 8}, {out, 8}, {kernel_h, 2}, {kernel_w, 2}}}, {bf16}},
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
