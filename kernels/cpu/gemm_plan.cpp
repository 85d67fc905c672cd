// How a large product is cut over threads.
#include "kernels/cpu/gemm_plan.hpp"

#include <algorithm>
#include <new>

#include "kernels/cpu/shards.hpp"
#include "lepton/core/parallel.hpp"

namespace lepton::kernels::cpu {
namespace {

// In clock cycles.
constexpr double kPack = 0.25;    // to bring a number into another order
constexpr double kRead = 0.08;    // to read one where it lies
constexpr double kFinish = 0.15;  // to write a result
constexpr double kStart = 1000;   // to begin a job
constexpr double kJob = 15000;    // that a job should take at least: about 4 microseconds
constexpr std::int64_t kMostParts = 64;

constexpr std::int64_t kSmallResult = 4096;  // numbers of a c for which k is cut
constexpr std::int64_t kDepthOfPart = 1024;  // that a part of k has at least

std::int64_t round_up(std::int64_t n, std::int64_t step) { return (n + step - 1) / step * step; }

struct Costs {
  double product, pack_a, pack_b;  // of one multiply-add, and of one number of a and b
};

Costs costs(const GemmLarge& g, const GemmKernels& kernels) {
  const bool plain = g.compute != bf16;
  return {.product = 0.5 / double(kernels.lanes * kernels.unit),
          .pack_a = plain && !g.trans_a ? kRead : kPack,
          .pack_b = g.b_packed ? kRead : kPack};
}

/// Cycles of rows x columns of c.
double cost_of(const GemmLarge& g, const Costs& c, double m, double n) {
  const double k = double(g.k);
  const double pack_b = b_read_in_place(g, std::int64_t(m)) ? kRead : c.pack_b;
  return m * n * k * c.product + m * k * c.pack_a + n * k * pack_b + m * n * kFinish + kStart;
}

/// Columns at whose multiples a product may be cut: those of a panel where panels are given, else as epilogues want.
std::int64_t column_step(const GemmLarge& g, const GemmKernels& kernels) {
  return g.b_packed ? 3 * kernels.lanes : 16;
}

/// What two and eight cores together spend on `batch` products cut by a grid; less is better. Cores take jobs as they
/// come, so that only what the largest one has more than the others is waited for.
double spent(const GemmLarge& g, const GemmKernels& kernels, const Costs& c, const GemmGrid& grid,
             std::int64_t batch) {
  const std::int64_t tiles = round_up(g.m, kernels.rows) / kernels.rows, step = column_step(g, kernels);
  const std::int64_t steps = (g.n + step - 1) / step, n = round_up(g.n, kernels.lanes);
  const double rows = double(kernels.rows);
  const double mean =
      cost_of(g, c, double(tiles) / double(grid.rows) * rows, double(n) / double(grid.columns));
  const double largest = cost_of(g, c, double(round_up(tiles, grid.rows) / grid.rows) * rows,
                                 double(std::min(n, round_up(steps, grid.columns) / grid.columns * step)));
  double sum = 0;
  for (const std::int64_t cores : {2, 8})
    sum += double(cores) * (double(round_up(batch * grid.jobs(), cores) / cores - 1) * mean + largest);
  return sum;
}

}  // namespace

GemmGrid plan_gemm(const GemmLarge& g, const GemmKernels& kernels, std::int64_t batch) {
  const Costs c = costs(g, kernels);
  const double work = double(g.m) * double(g.n) * double(g.k) * c.product;
  const auto most = std::min<std::int64_t>(kMostParts, std::int64_t(work / kJob));
  if (most < 2) return {};
  if (g.m * g.n <= kSmallResult && g.k >= 2 * kDepthOfPart && g.compute != f64) {
    const std::int64_t parts =
        std::min({g.k / kDepthOfPart, kGemmPartials / (g.m * g.n), most, std::int64_t(8)});
    if (parts > 1) return {.depth = parts};
  }
  const std::int64_t tiles = round_up(g.m, kernels.rows) / kernels.rows;
  const std::int64_t panels = GemmPanels(g.n, kernels.lanes).count;  // no job should have less than one
  GemmGrid best;
  double least = spent(g, kernels, c, best, batch);
  for (std::int64_t rows = 1; rows <= std::min(most, tiles); rows *= 2)
    for (std::int64_t columns = 1; rows * columns <= most && columns <= panels; columns *= 2) {
      const GemmGrid grid{rows, columns, 1};
      const double cost = spent(g, kernels, c, grid, batch);
      if (cost < least) {
        least = cost;
        best = grid;
      }
    }
  return best;
}

GemmJob gemm_job(const GemmLarge& g, const GemmKernels& kernels, const GemmGrid& grid, std::int64_t i) {
  const std::int64_t row_tiles = round_up(g.m, kernels.rows) / kernels.rows;
  const Range rows = shard_range(row_tiles, grid.rows, i / (grid.columns * grid.depth));
  constexpr std::int64_t kDepthStep = 16;
  const Range depth = shard_range(round_up(g.k, kDepthStep) / kDepthStep, grid.depth, i % grid.depth);
  GemmJob job{.row0 = std::min(g.m, rows.begin * kernels.rows),
              .row1 = std::min(g.m, rows.end * kernels.rows),
              .column0 = 0,
              .column1 = g.n,
              .panel0 = 0,
              .panel1 = 0,
              .k0 = std::min(g.k, depth.begin * kDepthStep),
              .k1 = std::min(g.k, depth.end * kDepthStep),
              .done = {},
              .done_row = 0};
  const std::int64_t part = i / grid.depth % grid.columns;
  if (g.b_packed) {
    const GemmPanels panels(g.n, kernels.lanes);
    const Range range = shard_range(panels.count, grid.columns, part);
    job.panel0 = panels.cut(range.begin, kernels.lanes);
    job.panel1 = panels.cut(range.end, kernels.lanes);
  } else {
    const std::int64_t step = column_step(g, kernels);
    const Range range = shard_range((g.n + step - 1) / step, grid.columns, part);
    job.column0 = range.begin * step;
    job.column1 = std::min(g.n, range.end * step);
    job.panel1 = GemmPanels(job.column1 - job.column0, kernels.lanes).count;
  }
  return job;
}

GemmScratch& gemm_scratch() {
  static_assert(sizeof(GemmScratch) <= detail::kThreadScratch);
  return *static_cast<GemmScratch*>(detail::thread_scratch());
}

}  // namespace lepton::kernels::cpu
