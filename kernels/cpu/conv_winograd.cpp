// Winograd convolution: which shapes it serves, and blocks of tiles on several threads.
#include <algorithm>

#include "kernels/cpu/conv_winograd_cut.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

// Where transforms do not cost more than they save: enough channels, enough of a tile's pixels in the picture.
constexpr std::int64_t kFewestChannels = 8, kFewestProducts = 192;
constexpr double kMostWork = 0.6;

struct State {
  WinogradSizes sizes;
  WinogradCut cut;
  std::int64_t slots;
  std::size_t slot_bytes;
};

bool supports(const ConvShape& s, ConvPass) {
  return s.dtype == f32 && s.compute == f32 && s.groups == 1 && s.kh == 3 && s.kw == 3 && s.stride_h == 1 &&
         s.stride_w == 1 && s.dilation_h == 1 && s.dilation_w == 1 && s.pad_h <= 2 && s.pad_w <= 2;
}

bool suits(const ConvShape& s, ConvPass pass) {
  const WinogradSizes z = winograd_sizes(s, pass);
  const std::int64_t products = z.rows * z.columns * kFrequencies, direct = z.oh * z.ow * 9;
  return s.ic >= kFewestChannels && s.oc >= kFewestChannels && s.ic * s.oc >= kFewestProducts &&
         double(products) <= kMostWork * double(direct);
}

void prepare(ConvPlan& plan) {
  if (plan.pass == ConvPass::weight_grad) return prepare_winograd_weight(plan);
  const WinogradSizes z = winograd_sizes(plan.shape, plan.pass);
  if (winograd_wide(z)) return prepare_winograd_wide(plan);
  const WinogradCut cut = winograd_cut(z);
  const auto* state = new State{z, cut, slot_count(cut.blocks()), winograd_bytes(z, cut)};
  plan.packed_bytes = std::size_t(kFrequencies * winograd_weight_step(z.in * z.out_padded)) * sizeof(float);
  plan.scratch_bytes = std::size_t(state->slots) * state->slot_bytes;
  plan.state = state;
}

void pack(const ConvPlan& plan, const void* weight, void* packed) {
  const WinogradSizes& z = static_cast<const State*>(plan.state)->sizes;
  const WinogradWeight w = winograd_weight(plan, weight);
  const std::int64_t panel = 2 * float_lanes(), step = 32;
  const std::int64_t parts = (z.in + step - 1) / step, panels = (z.out_padded + panel - 1) / panel;
  parallel_for(parts * panels, [&](std::int64_t i) {
    const std::int64_t in = i % parts * step, out = i / parts * panel,
                       width = std::min(panel, z.out_padded - out);
    float* const to = static_cast<float*>(packed) + out * z.in + in * width;
    LEPTON_FOR_ISA(winograd_pack)
    (z, w, i / parts, in, std::min(z.in, in + step), to, winograd_weight_step(z.in * z.out_padded));
  });
}

void run(const ConvPlan& plan, const ConvMemory& m, const Epilogue& done) {
  if (plan.pass == ConvPass::weight_grad) return run_winograd_weight(plan, m);
  if (winograd_wide(winograd_sizes(plan.shape, plan.pass))) return run_winograd_wide(plan, m, done);
  const State& state = *static_cast<const State*>(plan.state);
  const WinogradSizes& z = state.sizes;
  const bool back = plan.pass == ConvPass::input_grad;
  const auto* const x = static_cast<const float*>(back ? m.y : m.x);
  auto* const y = static_cast<float*>(back ? m.x : m.y);
  // A thread does neighbouring blocks one after the other, and fetches the next one's pixels in time.
  const std::int64_t blocks = state.cut.blocks(),
                     run = std::clamp<std::int64_t>(blocks / (4 * num_threads()), 1, 8);
  const std::int64_t shards = (blocks + run - 1) / run;
  Slots slots(m.scratch, state.slots, state.slot_bytes);
  parallel_for(shards, [&](std::int64_t shard) {
    const Slots::Lease slot(slots);
    const Range range = shard_range(blocks, shards, shard);
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      const WinogradBlock b = winograd_block_at(z, state.cut, i);
      const WinogradBlock next = i + 1 < range.end ? winograd_block_at(z, state.cut, i + 1) : WinogradBlock{};
      LEPTON_FOR_ISA(winograd_block)
      (z, b, next, x, static_cast<const float*>(m.weight), static_cast<const float*>(m.bias), y,
       static_cast<float*>(slot.get()));
      if (done) winograd_tell(z, b, 0, z.out, done);
    }
  });
}

}  // namespace

const ConvAlgorithm kWinogradConv{"winograd", supports, suits, prepare, pack, run, &kWinogradSums};

}  // namespace lepton::kernels::cpu
