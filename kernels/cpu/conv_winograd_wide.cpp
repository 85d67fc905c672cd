// Winograd convolution with many channels: weights are turned into frequencies in cache, a part at a time.
//
// As frequencies, weights are four times as large; with 512 channels they come from memory whenever they are used, and
// a small picture uses them but a few times. So the tiles of several pictures are transformed first. Then each job
// makes a panel of outputs from all of them, and turns the panel's weights a few inputs at a time.
#include <algorithm>

#include "kernels/cpu/conv_winograd_cut.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kBlockTiles = 24,
                       kPassTiles = 96;  // of a block, and of all that are transformed at a time
constexpr std::int64_t kInputs = 64;     // whose weights are turned at a time

struct State {
  WinogradSizes sizes;
  WinogradCut cut;
  std::int64_t at_a_time;      // blocks
  std::int64_t panel, panels;  // outputs of a job, and jobs
  std::int64_t slots;
  std::int64_t v_floats, m_floats;  // of a block's inputs, and of its products with a panel
  std::int64_t weight_floats;       // of the weights of a job at a time

  std::size_t slot_bytes() const { return std::size_t(weight_floats + at_a_time * m_floats) * sizeof(float); }
};

State make_state(const WinogradSizes& z) {
  State s{};
  s.sizes = z;
  s.cut = winograd_cut(z, kBlockTiles);
  s.at_a_time = std::clamp<std::int64_t>(kPassTiles / s.cut.most_tiles, 1, s.cut.blocks());
  s.panel = std::min(2 * float_lanes(), z.out_padded), s.panels = (z.out_padded + s.panel - 1) / s.panel;
  s.slots = slot_count(s.panels);
  const int vector = int(float_lanes() * sizeof(float));
  s.v_floats = winograd_floats(s.cut.most_tiles, z.in_padded, vector);
  s.m_floats = winograd_floats(s.cut.most_tiles, s.panel, vector);
  s.weight_floats = kFrequencies * winograd_weight_step(kInputs * s.panel);
  return s;
}

}  // namespace

void prepare_winograd_wide(ConvPlan& plan) {
  const auto* const s = new State(make_state(winograd_sizes(plan.shape, plan.pass)));
  plan.scratch_bytes =
      std::size_t(s->at_a_time * s->v_floats) * sizeof(float) + std::size_t(s->slots) * s->slot_bytes();
  plan.state = s;
}

void run_winograd_wide(const ConvPlan& plan, const ConvMemory& memory, const Epilogue& done) {
  const State& s = *static_cast<const State*>(plan.state);
  const WinogradSizes& z = s.sizes;
  const bool back = plan.pass == ConvPass::input_grad;
  const auto* const x = static_cast<const float*>(back ? memory.y : memory.x);
  auto* const y = static_cast<float*>(back ? memory.x : memory.y);
  const auto* const bias = static_cast<const float*>(memory.bias);
  const WinogradWeight weight = winograd_weight(plan, memory.weight);
  auto* const v = static_cast<float*>(memory.scratch);
  const std::int64_t blocks = s.cut.blocks(), passes = (blocks + s.at_a_time - 1) / s.at_a_time,
                     lanes = float_lanes();
  Slots slots(v + s.at_a_time * s.v_floats, s.slots, s.slot_bytes());
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    const Range range = shard_range(blocks, passes, pass);
    const auto block = [&](std::int64_t i) { return winograd_block_at(z, s.cut, range.begin + i); };
    const std::int64_t count = range.end - range.begin;
    parallel_for(count, [&](std::int64_t i) {
      LEPTON_FOR_ISA(winograd_transform)(z, block(i), x, v + i * s.v_floats);
    });
    parallel_for(s.panels, [&](std::int64_t panel) {
      const Slots::Lease slot(slots);
      auto* const turned = static_cast<float*>(slot.get());
      float* const m = turned + s.weight_floats;
      const std::int64_t out0 = panel * s.panel, out1 = std::min(z.out_padded, out0 + s.panel);
      const WinogradRange outs{out0 / lanes, out1 / lanes};
      for (std::int64_t in = 0; in < z.in; in += kInputs) {
        const std::int64_t end = std::min(z.in, in + kInputs);
        LEPTON_FOR_ISA(winograd_pack)
        (z, weight, panel, in, end, turned, winograd_weight_step((end - in) * (out1 - out0)));
        for (std::int64_t i = 0; i < count; ++i)
          LEPTON_FOR_ISA(winograd_multiply)
          (z, block(i), in, end, outs, v + i * s.v_floats, turned, m + i * s.m_floats);
      }
      for (std::int64_t i = 0; i < count; ++i) {
        LEPTON_FOR_ISA(winograd_output)(z, block(i), outs, m + i * s.m_floats, bias, y);
        if (done) winograd_tell(z, block(i), out0, std::min(z.out, out1), done);
      }
    });
  }
}

}  // namespace lepton::kernels::cpu
