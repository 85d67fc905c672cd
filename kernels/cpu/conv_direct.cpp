// Direct convolution: which shapes it serves, its packed weights, its passes.
#include "kernels/cpu/conv_direct.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/cpu/conv_direct_plan.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/gemm_kernels.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kFewestOfGroup = 32;  // channels; with fewer, oneDNN is faster

bool supports(const ConvShape& s, ConvPass) {
  return s.dtype == f32 && (s.compute == f32 || s.compute == bf16);
}

/// Groups of few channels fill a small part of vectors and tiles.
bool suits(const ConvShape& s, ConvPass) {
  return s.groups == 1 || (s.ic / s.groups >= kFewestOfGroup && s.oc / s.groups >= kFewestOfGroup);
}

void prepare(ConvPlan& plan) {
  if (plan.pass == ConvPass::weight_grad) return prepare_direct_weight(plan);
  const DirectState* const state = make_direct_state(plan.shape, plan.pass);
  plan.state = state;
  plan.packed_bytes = state->group_bytes * std::size_t(state->groups);
  plan.scratch_bytes = std::size_t(state->slots) * state->slot_bytes();
}

void pack(const ConvPlan& plan, const void* weight, void* packed) {
  const DirectState& state = *static_cast<const DirectState*>(plan.state);
  const std::int64_t taps = state.rows.kernel * state.columns.kernel, depth = state.depth(),
                     width = state.width();
  const bool back = plan.pass == ConvPass::input_grad;
  const std::int64_t panels = GemmPanels(width, gemm_kernels(state.compute).lanes).count;
  parallel_for(state.groups * panels, [&](std::int64_t i) {
    const std::int64_t group = i / panels, panel = i % panels;
    const float* const from = static_cast<const float*>(weight) + group * depth * width * taps;
    char* const to = static_cast<char*>(packed) + std::size_t(group) * state.group_bytes;
    if (taps == 1)
      return gemm_pack({.b = from,
                        .b_k = back ? width : 1,
                        .b_n = back ? 1 : depth,
                        .k = depth,
                        .n = width,
                        .to = to + state.taps[0].base,
                        .from = f32,
                        .compute = state.compute,
                        .panel0 = panel,
                        .panel1 = panel + 1});
    const DirectPack args{from,
                          back ? taps : depth * taps,
                          back ? width * taps : taps,
                          width,
                          depth,
                          state.source.padded,
                          state.taps.data(),
                          taps,
                          to,
                          panel,
                          panel + 1};
    if (state.compute == bf16) LEPTON_FOR_ISA_BF16(direct_pack_bf16)(args);
    else LEPTON_FOR_ISA(direct_pack)(args);
  });
}

void run(const ConvPlan& plan, const ConvMemory& m, const Epilogue& done) {
  const auto* const x = static_cast<float*>(m.x);
  auto* const y = static_cast<float*>(m.y);
  if (plan.pass == ConvPass::weight_grad)
    return run_direct_weight(plan, x, y, static_cast<float*>(m.weight), static_cast<char*>(m.scratch));
  const auto& state = *static_cast<const DirectState*>(plan.state);
  if (plan.pass == ConvPass::forward)
    return run_direct(state, x, m.weight, static_cast<const float*>(m.bias), y, m.scratch, done);
  run_direct(state, y, m.weight, nullptr, static_cast<float*>(m.x), m.scratch, done);
}

}  // namespace

const ConvAlgorithm kDirectConv{"direct", supports, suits, prepare, pack, run, &kDirectSums};

}  // namespace lepton::kernels::cpu
