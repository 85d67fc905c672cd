// Winograd's weight gradient: two ways to cut it, by the size of the sums.
//
// Few channels: the batch is cut into a fixed number of shards with sums of their own, which stay in L2 while the
// shard's blocks of tiles pass by, and are added at the end. Many channels: sums do not fit, so that first all blocks
// are transformed, then parts of the sums are made, each from all blocks. No sum depends on the number of threads.
#include <algorithm>

#include "kernels/cpu/conv_winograd_cut.hpp"
#include "kernels/cpu/slots.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kShardSums = 640 << 10;        // most bytes of a shard's sums
constexpr std::int64_t kMostShards = 8, kShardTiles = 192;
constexpr std::int64_t kPassBytes = 12 << 20;         // transformed blocks at a time: should stay in L3
constexpr std::int64_t kPassTiles = 60;               // of a block
constexpr std::int64_t kJobIn = 32, kJobOut = 64;     // channels of a part of the sums

struct State {
  WinogradSizes sizes;
  WinogradCut cut;
  std::size_t block_bytes;    // of a transformed block
  std::int64_t sum_floats;    // of one pair of vectors
  std::int64_t ins, outs;     // vectors of channels
  std::int64_t shards;        // 0: all blocks, then parts of the sums
  std::int64_t at_a_time;     // transformed blocks in memory
  std::int64_t slots;         // of a shard's block, or of a job's sums
  std::int64_t jobs_in, jobs_out;

  std::int64_t passes() const { return (cut.blocks() + at_a_time - 1) / at_a_time; }
  /// Which part of the sums a job makes.
  WinogradPanels job(std::int64_t i) const {
    const Range in = shard_range(ins, jobs_in, i / jobs_out), out = shard_range(outs, jobs_out, i % jobs_out);
    return {in.begin, in.end, out.begin, out.end};
  }
  std::int64_t most_floats() const {
    return (ins + jobs_in - 1) / jobs_in * ((outs + jobs_out - 1) / jobs_out) * sum_floats;
  }
};

State make_state(const WinogradSizes& z) {
  const std::int64_t lanes = winograd_lanes(), ins = z.in_padded / lanes, outs = z.out_padded / lanes;
  const auto parts = [](std::int64_t n, std::int64_t of) { return (n + of - 1) / of; };
  State s{z, {}, 0, kFrequencies * lanes * lanes, ins, outs, 0, 1, 1, parts(z.in_padded, kJobIn), parts(z.out_padded, kJobOut)};
  const std::int64_t tiles = z.n * z.rows * z.columns;
  if (ins * outs * s.sum_floats * 4 <= kShardSums) {
    s.cut = winograd_cut(z);
    s.shards = std::min(s.cut.blocks(), std::clamp<std::int64_t>(tiles / kShardTiles, 1, kMostShards));
    s.slots = slot_count(s.shards);
  } else {
    s.cut = winograd_cut(z, kPassTiles);
    s.slots = slot_count(s.jobs_in * s.jobs_out);
  }
  s.block_bytes = conv_aligned(winograd_bytes(z, s.cut));
  if (s.shards == 0) s.at_a_time = std::clamp<std::int64_t>(kPassBytes / std::int64_t(s.block_bytes), 1, s.cut.blocks());
  return s;
}

/// Every shard sums its blocks; then pairs of vectors are finished.
void run_shards(const State& s, const float* x, const float* g, float* dw, char* scratch) {
  const WinogradPanels all{0, s.ins, 0, s.outs};
  const std::int64_t floats = s.ins * s.outs * s.sum_floats;
  auto* const sums = reinterpret_cast<float*>(scratch + std::size_t(s.slots) * s.block_bytes);
  Slots slots(scratch, s.slots, s.block_bytes);
  parallel_for(s.shards, [&](std::int64_t shard) {
    const Slots::Lease slot(slots);
    auto* const room = static_cast<float*>(slot.get());
    const Range range = shard_range(s.cut.blocks(), s.shards, shard);
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      const WinogradBlock b = winograd_block_at(s.sizes, s.cut, i);
      const WinogradBlock next = i + 1 < range.end ? winograd_block_at(s.sizes, s.cut, i + 1) : WinogradBlock{};
      LEPTON_FOR_ISA(winograd_weight_transform)(s.sizes, b, x, g, room);
      LEPTON_FOR_ISA(winograd_weight_sum)(s.sizes, b, next, x, g, all, room, sums + shard * floats, i == range.begin);
    }
  });
  parallel_for(s.ins * s.outs, [&](std::int64_t i) {
    const std::int64_t in = i / s.outs, out = i % s.outs;
    LEPTON_FOR_ISA(winograd_weight_finish)(s.sizes, {in, in + 1, out, out + 1}, sums + i * s.sum_floats, s.shards, floats, dw);
  });
}

/// As many blocks as memory holds are transformed, then every job adds what they give to its sums.
void run_passes(const State& s, const float* x, const float* g, float* dw, char* scratch) {
  char* const sums = scratch + std::size_t(s.at_a_time) * s.block_bytes;
  const std::size_t job_bytes = std::size_t(s.most_floats()) * sizeof(float);
  const std::int64_t blocks = s.cut.blocks(), passes = s.passes(), jobs = s.jobs_in * s.jobs_out;
  const auto block = [&](std::int64_t i) { return reinterpret_cast<float*>(scratch + std::size_t(i) * s.block_bytes); };
  Slots slots(sums, s.slots, job_bytes);
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    const Range range = shard_range(blocks, passes, pass);
    parallel_for(range.end - range.begin, [&](std::int64_t i) {
      LEPTON_FOR_ISA(winograd_weight_transform)(s.sizes, winograd_block_at(s.sizes, s.cut, range.begin + i), x, g, block(i));
    });
    parallel_for(jobs, [&](std::int64_t j) {
      const Slots::Lease slot(slots);
      auto* const mine = static_cast<float*>(passes > 1 ? sums + std::size_t(j) * job_bytes : slot.get());
      for (std::int64_t i = range.begin; i < range.end; ++i)
        LEPTON_FOR_ISA(winograd_weight_sum)(s.sizes, winograd_block_at(s.sizes, s.cut, i), {}, x, g, s.job(j),
                                            block(i - range.begin), mine, i == 0);
      if (pass + 1 == passes) LEPTON_FOR_ISA(winograd_weight_finish)(s.sizes, s.job(j), mine, 1, 0, dw);
    });
  }
}

}  // namespace

void prepare_winograd_weight(ConvPlan& plan) {
  const auto* const s = new State(make_state(winograd_sizes(plan.shape, plan.pass)));
  const std::int64_t jobs = s->jobs_in * s->jobs_out;
  const std::int64_t blocks = s->shards ? s->slots : s->at_a_time;
  const std::int64_t floats = s->shards ? s->shards * s->ins * s->outs * s->sum_floats
                                        : (s->passes() > 1 ? jobs : s->slots) * s->most_floats();
  plan.scratch_bytes = std::size_t(blocks) * s->block_bytes + std::size_t(floats) * sizeof(float);
  plan.state = s;
}

void run_winograd_weight(const ConvPlan& plan, const ConvMemory& m) {
  const State& s = *static_cast<const State*>(plan.state);
  const auto run = s.shards ? run_shards : run_passes;
  run(s, static_cast<const float*>(m.x), static_cast<const float*>(m.y), static_cast<float*>(m.weight),
      static_cast<char*>(m.scratch));
}

}  // namespace lepton::kernels::cpu
