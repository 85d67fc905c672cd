// One thread's share of a large product: blocks that fit its caches, packed where that pays, tile by tile.
//
// Three loops of blocks around the tiles: columns, whose packed panels stay in the second-level cache; k; and rows,
// whose tiles are read again for each panel.
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

template <class Op> class Job {
 public:
  using Unit = typename Op::Unit;
  using Number = typename Op::Number;
  static constexpr std::int64_t kLanes = Op::Factor::kLanes, kUnit = Op::kUnit;

  Job(const GemmLarge& g, const GemmJob& job, GemmScratch& scratch)
      : g_(g), job_(job), panels_(job.column1 - job.column0, kLanes) {
    const std::int64_t columns = job.panel1 - job.panel0, rows = job.row1 - job.row0;
    // By rows, an element of a and the next along k are neighbours; by columns they lie far apart, which is slow to
    // read again and again.
    const bool units_a = kUnit == 1 || (g.a_type == bf16 && !g.trans_a && g.k % kUnit == 0);
    a_in_place_ = units_a && (!g.trans_a || columns <= kFewPanels);
    b_in_place_ = b_read_in_place(g, rows);
    b_ready_ = g.b_packed || b_in_place_;
    depth_ = even_blocks((job.k1 - job.k0 + kUnit - 1) / kUnit, b_ready_ ? kDepth : kPackedDepth, kLanes);
    const std::int64_t deep = depth_ > 0 ? depth_ : 1;
    std::int64_t room = GemmScratch::kBytes / std::int64_t(sizeof(Unit));
    // A power of two between the rows of a block would put them into the same few places of a cache.
    a_step_ = depth_ * (g.trans_a ? kLanes : 1) + kLanes;
    a_ = reinterpret_cast<Unit*>(scratch.bytes);
    b_ = a_;
    block_rows_ = even_blocks(
        rows, a_in_place_ ? kRowsInPlace : GemmScratch::kBytesA / (deep * std::int64_t(sizeof(Unit))),
        kLanes);
    if (!a_in_place_) {
      const std::int64_t taken = block_rows_ * deep + (g.trans_a ? block_rows_ : block_rows_ * kLanes);
      b_ += taken;
      room -= taken;
    }
    block_panels_ = columns;
    if (!b_ready_)
      block_panels_ =
          even_blocks(columns, room / (deep * kTileVectors * kLanes), 16 / kLanes > 0 ? 16 / kLanes : 1);
  }

  void run() {
    for (std::int64_t p0 = job_.panel0, p1 = 0; p0 < job_.panel1; p0 = p1) {
      p1 = p0 + block_panels_ < job_.panel1 ? panels_.cut(p0 + block_panels_, kLanes) : job_.panel1;
      if (b_ready_) {  // c is finished block by block
        for_rows([&](std::int64_t i0, std::int64_t i1) {
          for_depth([&](std::int64_t k0, std::int64_t k1) { block(p0, p1, k0, k1, i0, i1); });
        });
      } else {  // a packed b is used for all rows
        for_depth([&](std::int64_t k0, std::int64_t k1) {
          pack_b(p0, p1, k0, k1);
          for_rows([&](std::int64_t i0, std::int64_t i1) { block(p0, p1, k0, k1, i0, i1); });
        });
      }
    }
  }

 private:
  // Units of k of a block; less where b needs room beside a.
  static constexpr std::int64_t kDepth = 512, kPackedDepth = 384;
  static constexpr std::int64_t kRowsInPlace = 128;  // of a block of an a that is not packed
  static constexpr std::int64_t kFewPanels = 4;      // for which an a that is stored by columns is not

  template <class F> LEPTON_INLINE void for_rows(F f) const {
    for (std::int64_t i0 = job_.row0, i1 = 0; i0 < job_.row1; i0 = i1) {
      i1 = i0 + block_rows_ < job_.row1 ? i0 + block_rows_ : job_.row1;
      f(i0, i1);
    }
  }
  template <class F> LEPTON_INLINE void for_depth(F f) const {
    std::int64_t k0 = job_.k0;
    do {  // once where there is nothing to sum
      const std::int64_t next = k0 + depth_ * kUnit, k1 = next < job_.k1 ? next : job_.k1;
      f(k0, k1);
      k0 = k1;
    } while (k0 < job_.k1);
  }

  /// Size of the blocks that n is cut into, evenly: at most about `most`, a multiple of `step`.
  static std::int64_t even_blocks(std::int64_t n, std::int64_t most, std::int64_t step) {
    most = most > step ? most / step * step : step;
    const std::int64_t blocks = (n + most - 1) / most;
    return blocks == 0 ? 0 : ((n + blocks - 1) / blocks + step - 1) / step * step;
  }

  std::int64_t column(std::int64_t panel) const {
    const std::int64_t j = job_.column0 + panels_.begin(panel) * kLanes;
    return j < job_.column1 ? j : job_.column1;
  }

  /// Rows [i0, i1) of a over [k0, k1), into scratch: by rows as they are, or in panels of one vector.
  void pack_a(std::int64_t i0, std::int64_t i1, std::int64_t k0, std::int64_t k1) const {
    with_type<Op>(g_.a, g_.a_type, [&](const auto* a) {
      using From = std::remove_cvref_t<decltype(*a)>;
      const From* const from = g_.trans_a ? a + k0 * g_.lda + i0 : a + i0 * g_.lda + k0;
      const Factor<From> f{from, g_.lda, i1 - i0, k1 - k0, !g_.trans_a};
      if (g_.trans_a) pack_across<Op>(f, a_, 1, a_step_);
      else pack_rows<Op>(f, a_, a_step_);
    });
  }

  /// Panels [p0, p1) of b over [k0, k1), into scratch.
  void pack_b(std::int64_t p0, std::int64_t p1, std::int64_t k0, std::int64_t k1) const {
    const std::int64_t j = column(p0);
    with_type<Op>(g_.b, g_.b_type, [&](const auto* b) {
      using From = std::remove_cvref_t<decltype(*b)>;
      const From* const from = g_.trans_b ? b + j * g_.ldb + k0 : b + k0 * g_.ldb + j;
      pack_panels<Op>(Factor<From>{from, g_.ldb, job_.column1 - j, k1 - k0, g_.trans_b}, panels_, p0, p1, b_,
                      depth_);
    });
  }

  void block(std::int64_t p0, std::int64_t p1, std::int64_t k0, std::int64_t k1, std::int64_t i0,
             std::int64_t i1) const {
    if (!a_in_place_) pack_a(i0, i1, k0, k1);
    Tile<Op> t{};
    t.segments = 1;
    t.depth = (k1 - k0 + kUnit - 1) / kUnit;
    t.ldc = g_.ldc;
    t.accumulate = g_.accumulate || k0 > job_.k0;
    const std::int64_t units = (g_.k + kUnit - 1) / kUnit;
    for (std::int64_t p = p0; p < p1; ++p) {
      const std::int64_t begin = panels_.begin(p), vectors = panels_.begin(p + 1) - begin, j = column(p);
      t.tail = column(p + 1) - j - (vectors - 1) * kLanes;
      t.b_step = vectors * kLanes;
      if (g_.b_packed) t.b = static_cast<const Unit*>(g_.b) + begin * kLanes * units + k0 / kUnit * t.b_step;
      else if (!b_in_place_) t.b = b_ + (begin - panels_.begin(p0)) * kLanes * depth_;
      else if (t.tail == kLanes) {
        t.b = static_cast<const Unit*>(g_.b) + k0 * g_.ldb + j;
        t.b_step = g_.ldb;
      } else {
        pack_b(p, p + 1, k0, k1);  // what lies behind its last columns is not b's
        t.b = b_;
      }
      t.bias = g_.bias ? static_cast<const Number*>(g_.bias) + j : nullptr;
      tiles(t, i0, i1, k0, j, vectors);
    }
    if (k1 == job_.k1 && job_.done) job_.done(job_.done_row + i0, job_.done_row + i1, column(p0), column(p1));
  }

  void tiles(Tile<Op>& t, std::int64_t i0, std::int64_t i1, std::int64_t k0, std::int64_t j,
             std::int64_t vectors) const {
    const void* rows[kTileRows];
    for (std::int64_t i = i0; i < i1; i += kTileRows) {
      const std::int64_t m = i1 - i < kTileRows ? i1 - i : kTileRows, r = i - i0;
      t.c = static_cast<Number*>(g_.c) + i * g_.ldc + j;
      if (g_.trans_a) {
        t.side = a_in_place_ ? static_cast<const Unit*>(g_.a) + k0 * g_.lda + i
                             : a_ + r / kLanes * a_step_ + r % kLanes;
        t.side_step = a_in_place_ ? g_.lda : kLanes;
        tile_of<Op, true>(m, vectors)(t);
        continue;
      }
      constexpr std::int64_t kSize = sizeof(Unit) / kUnit;
      const char* const first = a_in_place_ ? static_cast<const char*>(g_.a) + (i * g_.lda + k0) * kSize
                                            : reinterpret_cast<const char*>(a_ + r * a_step_);
      const std::int64_t step = a_in_place_ ? g_.lda * kSize : a_step_ * std::int64_t(sizeof(Unit));
      for (std::int64_t e = 0; e < m; ++e) rows[e] = first + e * step;
      t.rows = rows;
      tile_of<Op, false>(m, vectors)(t);
    }
  }

  const GemmLarge& g_;
  const GemmJob& job_;
  const GemmPanels panels_;
  Unit *a_, *b_;
  bool a_in_place_, b_in_place_, b_ready_;
  std::int64_t depth_, a_step_, block_panels_, block_rows_;
};

template <class Op> void run_job(const GemmLarge& g, const GemmJob& job, GemmScratch& scratch) {
  Job<Op>(g, job, scratch).run();
}

template <class Op> void run_pack(const GemmPack& args) {
  constexpr std::int64_t kLanes = Op::Factor::kLanes;
  const GemmPanels panels(args.n, kLanes);
  const std::int64_t units = (args.k + Op::kUnit - 1) / Op::kUnit, begin = panels.begin(args.panel0) * kLanes;
  const bool along_k = args.b_k == 1;
  with_type<Op>(args.b, args.from, [&](const auto* b) {
    using From = std::remove_cvref_t<decltype(*b)>;
    pack_panels<Op>(
        Factor<From>{b + begin * args.b_n, along_k ? args.b_n : args.b_k, args.n - begin, args.k, along_k},
        panels, args.panel0, args.panel1 < 0 ? panels.count : args.panel1,
        static_cast<typename Op::Unit*>(args.to) + begin * units, units);
  });
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
  Finish finish;
  for (std::int64_t p = 0; p < panels.count; ++p) {
    const std::int64_t begin = panels.begin(p), vectors = panels.begin(p + 1) - begin, j = begin * kLanes;
    t.tail = (args.n - j < vectors * kLanes ? args.n - j : vectors * kLanes) - (vectors - 1) * kLanes;
    t.b = static_cast<const Unit*>(args.b) + begin * kLanes * t.depth * t.segments;
    t.b_step = vectors * kLanes;
    t.bias = args.bias ? static_cast<const Number*>(args.bias) + j : nullptr;
    for (std::int64_t i = 0; i < args.m; i += kTileRows) {
      const std::int64_t m = args.m - i < kTileRows ? args.m - i : kTileRows;
      t.c = static_cast<Number*>(args.c) + i * args.ldc + j;
      if (args.finish) finish = args.finish->from(i, j), t.finish = &finish;
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
