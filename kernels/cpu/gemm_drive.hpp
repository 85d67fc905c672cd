// One thread's share of a large product: blocks that fit its caches, packed where that pays, tile by tile.
//
// Three loops of blocks around the tiles: columns, whose packed panels stay in the second-level cache; k; and rows,
// whose tiles are read again for each panel. A panel of b is packed just before its first tile reads it.
#pragma once

#include "kernels/cpu/gemm_kernels.hpp"
#include "kernels/cpu/gemm_pack.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// Calls f with `p` as a pointer to what it points to: numbers of Op, or bf16 where Op multiplies them.
template <class Op, class F> LEPTON_INLINE void with_type(const void* p, DType type, F&& f) {
  if constexpr (Op::kUnit > 1)
    if (type == bf16) return f(static_cast<const std::uint16_t*>(p));
  f(static_cast<const typename Op::Number*>(p));
}

/// All rows of a tile's a, times all panels of a packed b.
template <class Op> LEPTON_INLINE void run_tile(Tile<Op>& t, std::int64_t rows, std::int64_t vectors) {
  if (t.rows) tile_of<Op, false>(rows, vectors)(t);
  else tile_of<Op, true>(rows, vectors)(t);
}

template <class Op> class Job {
 public:
  using Unit = typename Op::Unit;
  using Number = typename Op::Number;
  static constexpr std::int64_t kLanes = Op::Factor::kLanes, kUnit = Op::kUnit;

  Job(const GemmLarge& g, const GemmJob& job, GemmScratch& scratch)
      : g_(g),
        job_(job),
        panels_(g.n, kLanes),
        a_(reinterpret_cast<Unit*>(scratch.a)),
        b_(reinterpret_cast<Unit*>(scratch.b)) {
    const DType plain = kUnit > 1 ? bf16 : g.compute;
    const bool units_a = g.a_type == plain, units_b = kUnit == 1;
    const std::int64_t columns = job.panel1 - job.panel0, rows = job.row1 - job.row0;
    // By rows, an element of a and the next along k are neighbours; by columns they lie far apart, which is slow to
    // read again and again.
    a_in_place_ = units_a && (g.trans_a ? kUnit == 1 && columns <= kFewPanels : (g.k % kUnit == 0));
    b_in_place_ = !g.b_packed && units_b && !g.trans_b && rows <= kFewRows;
    const std::int64_t units = (job.k1 - job.k0 + kUnit - 1) / kUnit, blocks = (units + kDepth - 1) / kDepth;
    depth_ = units == 0 ? 0 : ((units + blocks - 1) / blocks + kLanes - 1) / kLanes * kLanes;
    const std::int64_t unit_bytes = std::int64_t(sizeof(Unit)), deep = depth_ > 0 ? depth_ : 1;
    block_panels_ =
        g.b_packed || b_in_place_ ? columns : GemmScratch::kBytesB / (deep * kTileVectors * kBytes);
    block_rows_ = a_in_place_ ? kRowsInPlace : GemmScratch::kBytesA / (deep * unit_bytes) / kLanes * kLanes;
  }

  void run() {
    for (std::int64_t p0 = job_.panel0, p1 = 0; p0 < job_.panel1; p0 = p1) {
      p1 = p0 + block_panels_ < job_.panel1 ? panels_.cut(p0 + block_panels_, kLanes) : job_.panel1;
      std::int64_t k0 = job_.k0;
      do {  // once where there is nothing to sum
        const std::int64_t next = k0 + depth_ * kUnit, k1 = next < job_.k1 ? next : job_.k1;
        for (std::int64_t i0 = job_.row0; i0 < job_.row1; i0 += block_rows_) {
          const std::int64_t i1 = i0 + block_rows_ < job_.row1 ? i0 + block_rows_ : job_.row1;
          block(p0, p1, k0, k1, i0, i1);
          if (k1 == job_.k1 && job_.done) finished(i0, i1, p0, p1);
        }
        k0 = k1;
      } while (k0 < job_.k1);
    }
  }

 private:
  static constexpr std::int64_t kDepth = 384;    // units of k of a block
  static constexpr std::int64_t kFewPanels = 2;  // for which a is not packed
  static constexpr std::int64_t kFewRows = 32;   // for which b is not packed
  static constexpr std::int64_t kRowsInPlace = 256;

  std::int64_t column(std::int64_t panel) const {
    const std::int64_t j = panels_.begin(panel) * kLanes;
    return j < g_.n ? j : g_.n;
  }
  void finished(std::int64_t i0, std::int64_t i1, std::int64_t p0, std::int64_t p1) const {
    job_.done(job_.done_row + i0, job_.done_row + i1, column(p0), column(p1));
  }

  /// Rows [i0, i1) of a, over [k0, k1), into scratch.
  void pack_a(std::int64_t i0, std::int64_t i1, std::int64_t k0, std::int64_t k1) const {
    with_type<Op>(g_.a, g_.a_type, [&](const auto* a) {
      using From = std::remove_cvref_t<decltype(*a)>;
      const std::int64_t step = g_.lda;
      if (!g_.trans_a)
        return pack_rows<Op>(Factor<From>{a + i0 * step + k0, step, i1 - i0, k1 - k0, true}, a_, depth_);
      for (std::int64_t i = i0; i < i1; i += kLanes)
        pack_panel<Op>(
            Factor<From>{a + k0 * step + i, step, i1 - i < kLanes ? i1 - i : kLanes, k1 - k0, false},
            a_ + (i - i0) * depth_, 1);
    });
  }

  /// Panel p over [k0, k1) into `to`.
  void pack_b(std::int64_t p, std::int64_t k0, std::int64_t k1, Unit* to) const {
    const std::int64_t j = column(p), rows = column(p + 1) - j;
    with_type<Op>(g_.b, g_.b_type, [&](const auto* b) {
      using From = std::remove_cvref_t<decltype(*b)>;
      const From* const from = g_.trans_b ? b + j * g_.ldb + k0 : b + k0 * g_.ldb + j;
      pack_panel<Op>(Factor<From>{from, g_.ldb, rows, k1 - k0, g_.trans_b}, to,
                     panels_.begin(p + 1) - panels_.begin(p));
    });
  }

  void block(std::int64_t p0, std::int64_t p1, std::int64_t k0, std::int64_t k1, std::int64_t i0,
             std::int64_t i1) {
    if (!a_in_place_) pack_a(i0, i1, k0, k1);
    Tile<Op> t{};
    t.segments = 1;
    t.depth = (k1 - k0 + kUnit - 1) / kUnit;
    t.ldc = g_.ldc;
    t.accumulate = k0 > job_.k0;
    const std::int64_t all = (g_.k + kUnit - 1) / kUnit;
    for (std::int64_t p = p0; p < p1; ++p) {
      const std::int64_t begin = panels_.begin(p), vectors = panels_.begin(p + 1) - begin, j = column(p);
      t.tail = column(p + 1) - j - (vectors - 1) * kLanes;
      t.b_step = vectors * kLanes;
      if (g_.b_packed) t.b = static_cast<const Unit*>(g_.b) + begin * kLanes * all + k0 / kUnit * t.b_step;
      else if (b_in_place_ && t.tail == kLanes) {
        t.b = static_cast<const Unit*>(g_.b) + k0 * g_.ldb + j;
        t.b_step = g_.ldb;
      } else {
        Unit* const packed = b_in_place_ ? b_ : b_ + (p - p0) * kTileVectors * kLanes * depth_;
        if (i0 == job_.row0 || b_in_place_) pack_b(p, k0, k1, packed);
        t.b = packed;
      }
      t.bias = g_.bias ? static_cast<const Number*>(g_.bias) + j : nullptr;
      tiles(t, i0, i1, k0, j, vectors);
    }
  }

  void tiles(Tile<Op>& t, std::int64_t i0, std::int64_t i1, std::int64_t k0, std::int64_t j,
             std::int64_t vectors) const {
    const void* rows[kTileRows];
    const auto* const a = static_cast<const Unit*>(g_.a);
    for (std::int64_t i = i0; i < i1; i += kTileRows) {
      const std::int64_t m = i1 - i < kTileRows ? i1 - i : kTileRows;
      t.c = static_cast<Number*>(g_.c) + i * g_.ldc + j;
      if (g_.trans_a) {
        const std::int64_t r = i - i0;
        t.side = a_in_place_ ? a + k0 * g_.lda + i : a_ + r / kLanes * kLanes * depth_ + r % kLanes;
        t.side_step = a_in_place_ ? g_.lda : kLanes;
      } else {
        for (std::int64_t r = 0; r < kTileRows; ++r) {
          const std::int64_t row = r < m ? i + r : i;
          if (!a_in_place_) rows[r] = a_ + (row - i0) * depth_;
          else if (kUnit == 1) rows[r] = a + row * g_.lda + k0;
          else rows[r] = static_cast<const std::uint16_t*>(g_.a) + row * g_.lda + k0;
        }
        t.rows = rows;
      }
      run_tile(t, m, vectors);
    }
  }

  const GemmLarge& g_;
  const GemmJob& job_;
  const GemmPanels panels_;
  Unit *const a_, *const b_;
  bool a_in_place_, b_in_place_;
  std::int64_t depth_, block_panels_, block_rows_;
};

template <class Op> void run_job(const GemmLarge& g, const GemmJob& job, GemmScratch& scratch) {
  Job<Op>(g, job, scratch).run();
}

template <class Op> void run_pack(const GemmPack& args) {
  using Unit = typename Op::Unit;
  constexpr std::int64_t kLanes = Op::Factor::kLanes;
  const GemmPanels panels(args.n, kLanes);
  const std::int64_t units = (args.k + Op::kUnit - 1) / Op::kUnit;
  const std::int64_t last = args.panel1 < 0 ? panels.count : args.panel1;
  const bool along_k = args.b_k == 1;
  for (std::int64_t p = args.panel0; p < last; ++p) {
    const std::int64_t begin = panels.begin(p), vectors = panels.begin(p + 1) - begin, j = begin * kLanes;
    const std::int64_t columns = args.n - j < vectors * kLanes ? args.n - j : vectors * kLanes;
    with_type<Op>(args.b, args.from, [&](const auto* b) {
      using From = std::remove_cvref_t<decltype(*b)>;
      pack_panel<Op>(Factor<From>{b + j * args.b_n, along_k ? args.b_n : args.b_k, columns, args.k, along_k},
                     static_cast<Unit*>(args.to) + begin * kLanes * units, vectors);
    });
  }
}

template <class Op> void run_block(const GemmBlock& args) {
  using Unit = typename Op::Unit;
  using Number = typename Op::Number;
  constexpr std::int64_t kLanes = Op::Factor::kLanes;
  const GemmPanels panels(args.n, kLanes);
  Tile<Op> t{};
  t.segments = args.segments;
  t.depth = args.depth / Op::kUnit;
  t.rows_step = args.rows_step;
  t.ldc = args.ldc;
  t.accumulate = args.accumulate;
  const void* strided[kTileRows];
  for (std::int64_t p = 0; p < panels.count; ++p) {
    const std::int64_t begin = panels.begin(p), vectors = panels.begin(p + 1) - begin, j = begin * kLanes;
    t.tail = (args.n - j < vectors * kLanes ? args.n - j : vectors * kLanes) - (vectors - 1) * kLanes;
    t.b = static_cast<const Unit*>(args.b) + begin * kLanes * t.depth * t.segments;
    t.b_step = vectors * kLanes;
    t.bias = args.bias ? static_cast<const Number*>(args.bias) + j : nullptr;
    for (std::int64_t i = 0; i < args.m; i += kTileRows) {
      const std::int64_t m = args.m - i < kTileRows ? args.m - i : kTileRows;
      t.c = static_cast<Number*>(args.c) + i * args.ldc + j;
      t.rows = args.rows ? args.rows + i : strided;
      if (!args.rows)
        for (std::int64_t r = 0; r < m; ++r)
          strided[r] = static_cast<const char*>(args.a) +
                       (i + r) * args.a_row * std::int64_t(sizeof(Unit) / Op::kUnit);
      tile_of<Op, false>(m, vectors)(t);
    }
  }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
