// Runs a chain over its index space or a block of it. Compiled once for each instruction set.
#include "kernels/cpu/chain.hpp"
#include "kernels/cpu/chain_fold.hpp"
#include "kernels/cpu/chain_walk.hpp"
#include "kernels/cpu/reduce_shards.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// A walk with room for its tile buffers: what one thread needs, on its stack.
class Walker {
 public:
  /// Through blocks that are `width` columns wide.
  LEPTON_INLINE Walker(const ChainProgram& p, std::int64_t width)
      : walk_(p, buffers_, rows(p, width), cols(p, width)) {}
  LEPTON_INLINE ChainWalk& walk() { return walk_; }

 private:
  static LEPTON_INLINE std::int64_t cols(const ChainProgram& p, std::int64_t width) {
    return width < p.tile_elements ? width : p.tile_elements;
  }
  static LEPTON_INLINE std::int64_t rows(const ChainProgram& p, std::int64_t width) {
    const std::int64_t pitch = (cols(p, width) + kRowAlignment - 1) / kRowAlignment * kRowAlignment;
    const std::int64_t most = p.tile_elements / (pitch > 0 ? pitch : 1);
    // Sums of columns add whole groups of rows together, where these fit into a tile.
    return most > kColumnGrain ? most / kColumnGrain * kColumnGrain : most;
  }

  alignas(64) char buffers_[kChainBuffers * kChainTileBytes];
  ChainWalk walk_;
};

/// Elements [begin, end) of the index space in row-major order.
template <class Fold>
LEPTON_INLINE void walk_stretch(const ChainProgram& p, std::int64_t begin, std::int64_t end, Fold&& fold) {
  if (begin >= end) return;
  Walker walker(p, p.flat ? end - begin : p.cols);
  if (p.flat) return walker.walk().block(0, 1, begin, end, fold);
  const std::int64_t cols = p.cols;
  std::int64_t row = begin / cols;
  if (const std::int64_t col = begin % cols; col > 0) {
    const std::int64_t rest = end - row * cols;
    walker.walk().block(row, row + 1, col, rest < cols ? rest : cols, fold);
    if (++row * cols >= end) return;
  }
  walker.walk().block(row, end / cols, 0, cols, fold);
  if (const std::int64_t rest = end % cols; rest > 0)
    walker.walk().block(end / cols, end / cols + 1, 0, rest, fold);
}

constexpr auto kNoFold = [](const ChainTile&) {};

void run_plain(const ChainProgram& p) {
  const std::int64_t n = p.rows * p.cols, shards = shard_count(n, p.picoseconds);
  parallel_for(shards, [&](std::int64_t i) {
    const Range r = part_range(n, kRowGrain, shards, i);
    walk_stretch(p, r.begin, r.end, kNoFold);
  });
}

void run_to_one(const ChainProgram& p) {
  const std::int64_t n = p.rows * p.cols, parts = row_parts(1, n);
  double partial[kMaxPartials][kChainReductions];
  for_parts(parts, n * p.picoseconds, [&](std::int64_t i) {
    ChainFold fold[kChainReductions];
    for (int k = 0; k < p.reductions; ++k)
      with_type(p.reduction[k], fold[k], [](auto& f, auto) { f.start(); });
    const Range r = part_range(n, kRowGrain, parts, i);
    walk_stretch(p, r.begin, r.end, [&](const ChainTile& tile) {
      for (int k = 0; k < p.reductions; ++k) fold_all_of(tile, p.reduction[k], fold[k]);
    });
    for (int k = 0; k < p.reductions; ++k)
      with_type(p.reduction[k], fold[k], [&](auto& f, auto) { partial[i][k] = f.finish(); });
  });
  for (int k = 0; k < p.reductions; ++k) {
    double total = partial[0][k];
    for (std::int64_t i = 1; i < parts; ++i) total += partial[i][k];
    finish_reduction(p.reduction[k], 0, total, n);
  }
}

/// Sums over columns, where rows are many or short: each by one thread.
void run_to_rows(const ChainProgram& p) {
  const std::int64_t groups =
      (p.rows + kColumnGrain - 1) / kColumnGrain;  // so that masks are cut between bytes
  for_ranges(groups, kColumnGrain * p.cols * p.picoseconds, [&](std::int64_t begin, std::int64_t end) {
    ChainFold fold[kChainReductions];
    const std::int64_t row0 = begin * kColumnGrain,
                       row1 = end * kColumnGrain < p.rows ? end * kColumnGrain : p.rows;
    Walker walker(p, p.cols);
    walker.walk().block(row0, row1, 0, p.cols, [&](const ChainTile& tile) {
      for (int k = 0; k < p.reductions; ++k)
        fold_cols_of(tile, p.reduction[k], 0, p.cols, fold[k], [&](std::int64_t row, double total) {
          finish_reduction(p.reduction[k], row, total, p.cols);
        });
    });
  });
}

/// The same for a few long rows, each in parts.
void run_to_rows_in_parts(const ChainProgram& p, std::int64_t parts) {
  constexpr std::int64_t kRows = 32;
  double partial[kRows * kMaxPartials][kChainReductions];
  const std::int64_t items = p.rows * parts;
  const auto one = [&](std::int64_t item) {
    ChainFold fold[kChainReductions];
    const std::int64_t row = item / parts;
    const Range r = part_range(p.cols, kRowGrain, parts, item % parts);
    Walker walker(p, r.end - r.begin);
    walker.walk().block(row, row + 1, r.begin, r.end, [&](const ChainTile& tile) {
      for (int k = 0; k < p.reductions; ++k)
        fold_cols_of(tile, p.reduction[k], r.begin, r.end, fold[k],
                     [&](std::int64_t, double total) { partial[item][k] = total; });
    });
  };
  // Where rows begin within a byte of a mask, its parts would share that byte.
  const bool alone = p.draws && p.cols % 8 != 0;
  for_parts(items, alone ? 0 : p.rows * p.cols * p.picoseconds, one);
  for (int k = 0; k < p.reductions; ++k)
    for (std::int64_t row = 0; row < p.rows; ++row) {
      double total = partial[row * parts][k];
      for (std::int64_t i = 1; i < parts; ++i) total += partial[row * parts + i][k];
      finish_reduction(p.reduction[k], row, total, p.cols);
    }
}

/// How the work of sums over rows is cut: parts of the rows, which leave partial sums, and stretches of columns.
struct ColumnCuts {
  std::int64_t parts, stretches, pitch;

  explicit ColumnCuts(const ChainProgram& p)
      : parts(column_parts(1, p.rows, p.cols)), pitch(chain_sum_pitch(p.cols)) {
    const std::int64_t wanted = shard_count(p.rows * p.cols, p.picoseconds) / parts, most = p.cols / 64;
    stretches = wanted < most ? wanted : most;
    // Rows that are read whole are read faster.
    if (stretches < 1 || parts >= 8 || (p.draws && p.cols % 8 != 0)) stretches = 1;
  }
};

/// total[j] += the other parts', in order; they are `pitch` apart.
void add_parts(double* total, std::int64_t parts, std::int64_t pitch, std::int64_t count) {
  for (std::int64_t i = 1; i < parts; ++i)
    for (std::int64_t j = 0; j < count; ++j) total[j] += total[i * pitch + j];
}

void run_to_cols(const ChainProgram& p) {
  const ColumnCuts cuts(p);
  double* const totals = static_cast<double*>(p.scratch);
  const std::int64_t sums = cuts.parts * p.reductions;
  const auto total_of = [&](std::int64_t part, int k) {
    return totals + (part * p.reductions + k) * cuts.pitch;
  };
  for_parts(cuts.parts * cuts.stretches, p.rows * p.cols * p.picoseconds, [&](std::int64_t item) {
    const std::int64_t part = item / cuts.stretches;
    const Range rows = part_range(p.rows, kColumnGrain, cuts.parts, part);
    const Range cols = part_range(p.cols, 64, cuts.stretches, item % cuts.stretches);
    ChainColumns to[kChainReductions];
    for (int k = 0; k < p.reductions; ++k) {
      to[k] = {rows, total_of(part, k), total_of(part, k) + sums * cuts.pitch};
      start_columns<Sum<float>, float>(cols.end - cols.begin, to[k].total + cols.begin);
    }
    Walker walker(p, cols.end - cols.begin);
    walker.walk().block(rows.begin, rows.end, cols.begin, cols.end, [&](const ChainTile& tile) {
      for (int k = 0; k < p.reductions; ++k) fold_rows_of(tile, p.reduction[k], to[k]);
    });
  });
  const std::int64_t blocks = (p.cols + kPanel - 1) / kPanel;
  for_ranges(blocks, kPanel * cuts.parts * 200, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block)
      for (int k = 0; k < p.reductions; ++k) {
        const std::int64_t first = block * kPanel, count = p.cols - first < kPanel ? p.cols - first : kPanel;
        add_parts(total_of(0, k) + first, cuts.parts, p.reductions * cuts.pitch, count);
        finish_reductions(p.reduction[k], first, total_of(0, k) + first, count, p.rows);
      }
  });
}

}  // namespace

void run_chain(const ChainProgram& p) {
  if (p.reductions == 0) return run_plain(p);
  if (p.axis == ChainAxis::all) return run_to_one(p);
  if (p.axis == ChainAxis::rows) return run_to_cols(p);
  const std::int64_t parts = row_parts(p.rows, p.cols);
  if (p.cols > 0 && parts > 1) return run_to_rows_in_parts(p, parts);
  if (p.cols > 0) return run_to_rows(p);
  for (int k = 0; k < p.reductions; ++k)
    for (std::int64_t row = 0; row < p.rows; ++row) finish_reduction(p.reduction[k], row, 0, 0);
}

void run_chain_block(const ChainProgram& p, std::int64_t row0, std::int64_t row1, std::int64_t col0,
                     std::int64_t col1) {
  if (p.turned) {
    const std::int64_t rows[2] = {row0, row1};
    row0 = col0, row1 = col1, col0 = rows[0], col1 = rows[1];
  }
  if (p.flat && col1 - col0 == p.cols) {
    col0 = row0 * p.cols, col1 = row1 * p.cols;
    row0 = 0, row1 = 1;
  }
  if (row0 >= row1 || col0 >= col1) return;
  Walker walker(p, col1 - col0);
  walker.walk().block(row0, row1, col0, col1, kNoFold);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
