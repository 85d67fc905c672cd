// Winograd's weight gradient: two ways to cut it, by the size of the sums.
//
// Few channels: the batch is cut into a fixed number of shards with sums of their own, which stay in L2 while the
// shard's blocks of tiles pass by, and are added at the end. Many channels: sums do not fit, so that x is transformed
// first, all of it or what stays in L3; then each job transforms a few channels of g and makes their sums, with a few
// channels of x at a time. No sum depends on the number of threads.
#include <algorithm>

#include "kernels/cpu/conv_winograd_cut.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kShardSums = 640 << 10;  // most bytes of a shard's sums
constexpr std::int64_t kMostShards = 8, kShardTiles = 192;
constexpr std::int64_t kPassBytes = 10 << 20;  // transformed x at a time
constexpr std::int64_t kBlockTiles = 60, kPassTiles = 240;
constexpr std::int64_t kJobOut = 32, kJobIn = 64;  // channels of a job, and those that it sums at a time

struct State {
  WinogradSizes sizes;
  WinogradCut cut;
  std::int64_t ins, outs;               // vectors of channels
  std::int64_t pair_floats;             // sums of a pair of vectors
  std::int64_t v_floats, d_floats;      // a block's transformed x, and g or a job's part of it
  std::int64_t shards;                  // 0: jobs
  std::int64_t at_a_time, jobs, steps;  // transformed blocks; jobs, and steps of a job
  std::int64_t slots;

  std::int64_t passes() const { return (cut.blocks() + at_a_time - 1) / at_a_time; }
  std::int64_t step_floats() const {
    return (ins + steps - 1) / steps * ((outs + jobs - 1) / jobs) * pair_floats;
  }
  std::size_t slot_bytes() const {
    const std::int64_t floats =
        shards ? v_floats + d_floats : at_a_time * d_floats + (passes() > 1 ? 0 : step_floats());
    return std::size_t(floats) * sizeof(float);
  }
  std::int64_t sum_floats() const {
    return shards ? shards * ins * outs * pair_floats : passes() > 1 ? jobs * steps * step_floats() : 0;
  }
};

State make_state(const WinogradSizes& z) {
  const std::int64_t lanes = winograd_lanes();
  const auto parts = [](std::int64_t n, std::int64_t of) { return (n + of - 1) / of; };
  State s{};
  s.sizes = z;
  s.ins = z.in_padded / lanes, s.outs = z.out_padded / lanes, s.pair_floats = kFrequencies * lanes * lanes;
  const bool few = s.ins * s.outs * s.pair_floats * std::int64_t(sizeof(float)) <= kShardSums;
  s.cut = few ? winograd_cut(z) : winograd_cut(z, kBlockTiles);
  s.at_a_time = s.jobs = s.steps = 1;
  const int vector = int(lanes * std::int64_t(sizeof(float)));
  s.v_floats = winograd_floats(s.cut.most_tiles, z.in_padded, vector);
  if (few) {
    const std::int64_t tiles = z.n * z.rows * z.columns;
    s.shards = std::min(s.cut.blocks(), std::clamp<std::int64_t>(tiles / kShardTiles, 1, kMostShards));
  } else {
    s.jobs = parts(z.out_padded, kJobOut), s.steps = parts(z.in_padded, kJobIn);
    const std::int64_t fit = kPassBytes / (s.v_floats * std::int64_t(sizeof(float)));
    s.at_a_time = std::clamp<std::int64_t>(std::min(fit, kPassTiles / s.cut.most_tiles), 1, s.cut.blocks());
  }
  s.d_floats = winograd_floats(s.cut.most_tiles, parts(s.outs, s.jobs) * lanes, vector);
  s.slots = slot_count(few ? s.shards : s.jobs);
  return s;
}

/// Every shard sums its blocks; then vectors of input channels are finished.
void run_shards(const State& s, const float* x, const float* g, float* dw, float* scratch) {
  const WinogradPanels all{0, s.ins, 0, s.outs};
  const std::int64_t floats = s.ins * s.outs * s.pair_floats;
  float* const sums = scratch;
  Slots slots(scratch + s.sum_floats(), s.slots, s.slot_bytes());
  parallel_for(s.shards, [&](std::int64_t shard) {
    const Slots::Lease slot(slots);
    auto* const v = static_cast<float*>(slot.get());
    float* const d = v + s.v_floats;
    const Range range = shard_range(s.cut.blocks(), s.shards, shard);
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      const WinogradBlock b = winograd_block_at(s.sizes, s.cut, i);
      const WinogradBlock next =
          i + 1 < range.end ? winograd_block_at(s.sizes, s.cut, i + 1) : WinogradBlock{};
      LEPTON_FOR_ISA(winograd_transform)(s.sizes, b, x, v);
      LEPTON_FOR_ISA(winograd_gradient)(s.sizes, b, {0, s.outs}, g, d);
      LEPTON_FOR_ISA(winograd_weight_sum)
      (s.sizes, b, next, x, g, all, v, d, sums + shard * floats, i == range.begin);
    }
  });
  parallel_for(s.ins * s.outs, [&](std::int64_t i) {
    const std::int64_t in = i / s.outs, out = i % s.outs;
    LEPTON_FOR_ISA(winograd_weight_finish)
    (s.sizes, {in, in + 1, out, out + 1}, sums + i * s.pair_floats, s.shards, floats, dw);
  });
}

/// As many blocks of x as memory holds are transformed, then every job adds what they give to its sums.
void run_jobs(const State& s, const float* x, const float* g, float* dw, float* scratch) {
  float* const v = scratch + s.sum_floats();
  const std::int64_t blocks = s.cut.blocks(), passes = s.passes();
  Slots slots(v + s.at_a_time * s.v_floats, s.slots, s.slot_bytes());
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    const Range range = shard_range(blocks, passes, pass);
    const std::int64_t count = range.end - range.begin;
    const auto block = [&](std::int64_t i) { return winograd_block_at(s.sizes, s.cut, range.begin + i); };
    parallel_for(count, [&](std::int64_t i) {
      LEPTON_FOR_ISA(winograd_transform)(s.sizes, block(i), x, v + i * s.v_floats);
    });
    parallel_for(s.jobs, [&](std::int64_t job) {
      const Slots::Lease slot(slots);
      auto* const d = static_cast<float*>(slot.get());
      const Range out = shard_range(s.outs, s.jobs, job);
      for (std::int64_t i = 0; i < count; ++i)
        LEPTON_FOR_ISA(winograd_gradient)(s.sizes, block(i), {out.begin, out.end}, g, d + i * s.d_floats);
      for (std::int64_t step = 0; step < s.steps; ++step) {
        const Range in = shard_range(s.ins, s.steps, step);
        const WinogradPanels panels{in.begin, in.end, out.begin, out.end};
        float* const sums =
            passes > 1 ? scratch + (job * s.steps + step) * s.step_floats() : d + s.at_a_time * s.d_floats;
        for (std::int64_t i = 0; i < count; ++i)
          LEPTON_FOR_ISA(winograd_weight_sum)
          (s.sizes, block(i), {}, x, g, panels, v + i * s.v_floats, d + i * s.d_floats, sums,
           pass == 0 && i == 0);
        if (pass + 1 == passes) LEPTON_FOR_ISA(winograd_weight_finish)(s.sizes, panels, sums, 1, 0, dw);
      }
    });
  }
}

}  // namespace

void prepare_winograd_weight(ConvPlan& plan) {
  const auto* const s = new State(make_state(winograd_sizes(plan.shape, plan.pass)));
  const std::int64_t floats = s->sum_floats() + (s->shards ? 0 : s->at_a_time * s->v_floats);
  plan.scratch_bytes = std::size_t(floats) * sizeof(float) + std::size_t(s->slots) * s->slot_bytes();
  plan.state = s;
}

void run_winograd_weight(const ConvPlan& plan, const ConvMemory& m) {
  const State& s = *static_cast<const State*>(plan.state);
  const auto run = s.shards ? run_shards : run_jobs;
  run(s, static_cast<const float*>(m.x), static_cast<const float*>(m.y), static_cast<float*>(m.weight),
      static_cast<float*>(m.scratch));
}

}  // namespace lepton::kernels::cpu
