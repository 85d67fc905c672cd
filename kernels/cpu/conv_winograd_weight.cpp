// Winograd's weight gradient: two ways to cut it, by the size of the sums.
//
// Few channels: every shard of the batch has sums of its own, which stay in L2 while its blocks of tiles pass by. Many channels: sums do not fit, so that x is transformed
// first, all of it or what stays in L3; then each job transforms a few channels of g and makes their sums, with a few
// channels of x at a time. No sum depends on the number of threads.
#include <algorithm>

#include "kernels/cpu/conv_winograd_cut.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kShardSums = 640 << 10;  // most bytes of a shard's sums
constexpr std::int64_t kFewestTiles = 16;          // of a picture, so that a block ends with it
constexpr std::int64_t kPassBytes = 10 << 20;  // transformed x at a time
constexpr std::int64_t kBlockTiles = 60, kPassTiles = 240;
constexpr std::int64_t kJobOut = 32, kJobIn = 64;  // channels of a job, and those that it sums at a time

struct State {
  WinogradSizes sizes;
  WinogradCut cut;
  bool grows;                           // sums of shards, for which blocks end with their picture
  std::int64_t ins, outs;               // vectors of channels
  std::int64_t pair_floats;             // sums of a pair of vectors
  std::int64_t v_floats, d_floats;      // a block's transformed x, and g or a job's part of it
  std::int64_t at_a_time, jobs, steps;  // transformed blocks; jobs, and steps of a job
  std::int64_t slots;

  std::int64_t passes() const { return (cut.blocks() + at_a_time - 1) / at_a_time; }
  std::int64_t step_floats() const {
    return (ins + steps - 1) / steps * ((outs + jobs - 1) / jobs) * pair_floats;
  }
  std::int64_t slot_floats() const { return at_a_time * d_floats + (passes() > 1 ? 0 : step_floats()); }
  std::int64_t sum_floats() const { return passes() > 1 ? jobs * steps * step_floats() : 0; }
};

State make_state(const WinogradSizes& z) {
  const std::int64_t lanes = float_lanes();
  const auto parts = [](std::int64_t n, std::int64_t of) { return (n + of - 1) / of; };
  State s{};
  s.sizes = z;
  s.ins = z.in_padded / lanes, s.outs = z.out_padded / lanes, s.pair_floats = kFrequencies * lanes * lanes;
  s.grows = s.ins * s.outs * s.pair_floats * std::int64_t(sizeof(float)) <= kShardSums &&
            z.rows * z.columns >= kFewestTiles;
  WinogradSizes one = z;
  one.n = 1;
  s.cut = s.grows ? winograd_cut(one) : winograd_cut(z, kBlockTiles);
  s.at_a_time = s.jobs = s.steps = 1;
  const int vector = int(lanes * std::int64_t(sizeof(float)));
  s.v_floats = winograd_floats(s.cut.most_tiles, z.in_padded, vector);
  if (!s.grows) {
    s.jobs = parts(z.out_padded, kJobOut), s.steps = parts(z.in_padded, kJobIn);
    const std::int64_t fit = kPassBytes / (s.v_floats * std::int64_t(sizeof(float)));
    s.at_a_time = std::clamp<std::int64_t>(std::min(fit, kPassTiles / s.cut.most_tiles), 1, s.cut.blocks());
  }
  s.d_floats = winograd_floats(s.cut.most_tiles, parts(s.outs, s.jobs) * lanes, vector);
  s.slots = slot_count(s.jobs);
  return s;
}

/// Block `i` of pictures that are cut one by one.
WinogradBlock block_of_pictures(const State& s, std::int64_t i) {
  WinogradSizes one = s.sizes;
  one.n = 1;
  WinogradBlock b = winograd_block_at(one, s.cut, i % s.cut.blocks());
  const std::int64_t first = i / s.cut.blocks() * s.sizes.rows;
  b.row0 += first, b.row1 += first;
  return b;
}

void add(const ConvPlan& plan, const float* x, const float* g, std::int64_t count, void* sums, void* scratch,
         bool starts) {
  const State& s = *static_cast<const State*>(plan.state);
  const WinogradPanels all{0, s.ins, 0, s.outs};
  auto* const v = static_cast<float*>(scratch);
  float* const d = v + s.v_floats;
  const std::int64_t blocks = count * s.cut.blocks();
  for (std::int64_t i = 0; i < blocks; ++i) {
    const WinogradBlock b = block_of_pictures(s, i);
    const WinogradBlock next = i + 1 < blocks ? block_of_pictures(s, i + 1) : WinogradBlock{};
    LEPTON_FOR_ISA(winograd_transform)(s.sizes, b, x, v);
    LEPTON_FOR_ISA(winograd_gradient)(s.sizes, b, {0, s.outs}, g, d);
    LEPTON_FOR_ISA(winograd_weight_sum)
    (s.sizes, b, next, x, g, all, v, d, static_cast<float*>(sums), starts && i == 0);
  }
}

void finish(const ConvPlan& plan, const void* sums, std::int64_t shards, std::size_t step, float* dw) {
  const State& s = *static_cast<const State*>(plan.state);
  parallel_for(s.ins * s.outs, [&](std::int64_t i) {
    const std::int64_t in = i / s.outs, out = i % s.outs;
    LEPTON_FOR_ISA(winograd_weight_finish)
    (s.sizes, {in, in + 1, out, out + 1}, static_cast<const float*>(sums) + i * s.pair_floats, shards,
     std::int64_t(step / sizeof(float)), dw);
  });
}

/// As many blocks of x as memory holds are transformed, then every job adds what they give to its sums.
void run_jobs(const State& s, const float* x, const float* g, float* dw, float* scratch) {
  float* const v = scratch + s.sum_floats();
  const std::int64_t blocks = s.cut.blocks(), passes = s.passes();
  Slots slots(v + s.at_a_time * s.v_floats, s.slots, std::size_t(s.slot_floats()) * sizeof(float));
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

const ConvSums kWinogradSums{add, finish};

void prepare_winograd_weight(ConvPlan& plan) {
  const auto* const s = new State(make_state(winograd_sizes(plan.shape, plan.pass)));
  plan.state = s;
  if (s->grows) {
    plan.sum_bytes = std::size_t(s->ins * s->outs * s->pair_floats) * sizeof(float);
    plan.add_bytes = std::size_t(s->v_floats + s->d_floats) * sizeof(float);
  } else {
    plan.scratch_bytes =
        std::size_t(s->sum_floats() + s->at_a_time * s->v_floats + s->slots * s->slot_floats()) * sizeof(float);
  }
}

void run_winograd_weight(const ConvPlan& plan, const ConvMemory& m) {
  run_jobs(*static_cast<const State*>(plan.state), static_cast<const float*>(m.x), static_cast<const float*>(m.y),
           static_cast<float*>(m.weight), static_cast<float*>(m.scratch));
}

}  // namespace lepton::kernels::cpu
