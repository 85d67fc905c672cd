// Blocks of the weight gradient of a direct convolution. Written once for both types of product.
//
// A tile is kTileRows channels of g times up to three vectors of a window's channels, or three times as many times one
// vector, its sums in registers over all units of a block. Vectors of the window are read where the pixels lie.
#pragma once

#include <utility>

#include "kernels/cpu/conv_direct.hpp"
#include "kernels/cpu/gemm_tile.hpp"
#include "kernels/cpu/unroll.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

static_assert(kDirectTile % kTileRows == 0);

/// A vector as the rows of two tiles.
template <class Op> struct Halves {
  using Raw = typename Op::Factor::Raw;
  typedef typename std::remove_cvref_t<decltype(Raw{}[0])> Half __attribute__((vector_size(kBytes / 2)));
  static_assert(Op::Factor::kLanes == 2 * kTileRows);
  Half low, high;

  template <int... kI> LEPTON_INLINE void cut(Raw v, std::integer_sequence<int, kI...>) {
    low = __builtin_shufflevector(v, v, kI...);
    high = __builtin_shufflevector(v, v, (kI + kTileRows)...);
  }
  LEPTON_INLINE explicit Halves(typename Op::Factor f) {
    cut(f.v, std::make_integer_sequence<int, kTileRows>{});
  }
  LEPTON_INLINE void low_store(void* to) const { __builtin_memcpy(to, &low, sizeof low); }
  LEPTON_INLINE void high_store(void* to) const { __builtin_memcpy(to, &high, sizeof high); }
};

/// Tiles of kTileRows channels, each [units][kTileRows]; zeros for channels that are not there.
template <class Op> void run_grad_rows(const DirectGradRows& args) {
  using V = Vec<float>;
  using Unit = typename Op::Unit;
  constexpr std::int64_t kLanes = V::kLanes;
  const std::int64_t a_row = (args.columns + Op::kUnit - 1) / Op::kUnit, units = args.rows * a_row;
  const std::int64_t tiles = (args.channels + kDirectTile - 1) / kDirectTile * (kDirectTile / kTileRows);
  for (std::int64_t r = 0; r < args.rows; ++r)
    for (std::int64_t u = 0; u < a_row; ++u) {
      const float* const low = args.g + r * args.row_step + u * Op::kUnit * args.pixel_step;
      const bool has_high = Op::kUnit == 2 && u * 2 + 1 < args.columns;
      Unit* const to = static_cast<Unit*>(args.to) + (r * a_row + u) * kTileRows;
      for (std::int64_t c = 0, tile = 0; tile < tiles; c += kLanes, tile += 2) {
        const std::int64_t left = args.channels - c, n = left < kLanes ? left : kLanes;
        const V a = V::load_partial(low + c, n);
        typename Op::Factor f;
        if constexpr (Op::kUnit == 2)
          f = bf16_pairs(a, has_high ? V::load_partial(low + args.pixel_step + c, n) : V(0));
        else f = a;
        const Halves<Op> half(f);
        half.low_store(to + tile * units * kTileRows);
        if (tile + 1 < tiles) half.high_store(to + (tile + 1) * units * kTileRows);
      }
    }
}

template <class Op> struct WeightTile {
  const typename Op::Unit*
      g;  ///< [units][kTileRows], units `g_unit` apart; the next tile's is g_tile further on
  std::int64_t g_unit, g_tile;
  const void* const* rows;
  std::int64_t offset;       ///< of the first vector in each row, in units
  std::int64_t units, tail;  ///< tail: lanes of the last vector
  float* c;
  std::int64_t ldc;
  bool accumulate;
};

/// The first `n` units of a row.
template <class Op> LEPTON_INLINE typename Op::Factor load_first(const typename Op::Unit* p, std::int64_t n) {
  if constexpr (Op::kUnit == 2) return Pairs::load_partial(reinterpret_cast<const std::uint32_t*>(p), n);
  else return Op::Factor::load_partial(p, n);
}

/// kTiles tiles of rows x kVectors of c.
template <class Op, int kTiles, int kVectors, bool kTail> void weight_tile(const WeightTile<Op>& t) {
  using Unit = typename Op::Unit;
  using Factor = typename Op::Factor;
  using Sum = typename Op::Sum;
  constexpr int kLanes = Factor::kLanes, kRows = kTiles * kTileRows;
  const std::int64_t units = t.units, offset = t.offset, tail = t.tail, g_unit = t.g_unit, g_tile = t.g_tile,
                     ldc = t.ldc;
  const void* const* const rows = t.rows;
  const Unit* g = t.g;
  float* const c = t.c;
  const bool accumulate = t.accumulate;
  Sum sum[kRows][kVectors];
  unrolled<kRows>(
      [&](auto i) LEPTON_ALWAYS { unrolled<kVectors>([&](auto j) LEPTON_ALWAYS { sum[i][j] = Sum(0); }); });
  for (std::int64_t u = 0; u < units; ++u, g += g_unit) {
    const Unit* const row = static_cast<const Unit*>(rows[u]) + offset;
    Factor f[kVectors];
    unrolled<kVectors>([&](auto j) LEPTON_ALWAYS {
      f[j] = kTail && j + 1 == kVectors ? load_first<Op>(row + j * kLanes, tail) : Op::load(row + j * kLanes);
    });
    unrolled<kRows>([&](auto i) LEPTON_ALWAYS {
      const auto x = Op::broadcast(g + i / kTileRows * g_tile + i % kTileRows);
      unrolled<kVectors>([&](auto j) LEPTON_ALWAYS { sum[i][j] = Op::add_product(x, f[j], sum[i][j]); });
    });
  }
  unrolled<kRows>([&](auto i) LEPTON_ALWAYS {
    unrolled<kVectors>([&](auto j) LEPTON_ALWAYS {
      float* const to = c + i * ldc + j * kLanes;
      constexpr bool kPart = kTail && j + 1 == kVectors;
      if (accumulate) sum[i][j] += kPart ? Sum::load_partial(to, tail) : Sum::load(to);
      if (kPart) sum[i][j].store_partial(to, tail);
      else sum[i][j].store(to);
    });
  });
}

template <class Op, int kTiles, int kVectors> LEPTON_INLINE void any_weight_tile(const WeightTile<Op>& t) {
  if (t.tail == Op::Factor::kLanes) weight_tile<Op, kTiles, kVectors, false>(t);
  else weight_tile<Op, kTiles, kVectors, true>(t);
}

template <class Op> void run_weight_block(const DirectWeightBlock& args) {
  using Unit = typename Op::Unit;
  constexpr std::int64_t kLanes = Op::Factor::kLanes;
  const GemmPanels panels(args.width, kLanes);
  const std::int64_t tiles = (args.count + kDirectTile - 1) / kDirectTile * (kDirectTile / kTileRows);
  WeightTile<Op> t{};
  t.units = args.units;
  t.g_unit = args.step > 0 ? args.step : kTileRows;
  t.g_tile = args.step > 0 ? kTileRows : args.units * kTileRows;
  t.ldc = args.ldc;
  t.accumulate = args.accumulate;
  for (std::int64_t s = 0; s < args.segments; ++s)
    for (std::int64_t p = 0; p < panels.count; ++p) {
      const std::int64_t vectors = panels.begin(p + 1) - panels.begin(p),
                         left = args.width - panels.begin(p) * kLanes;
      t.rows = args.rows + s * args.units;
      t.offset = panels.begin(p) * kLanes;
      t.tail = left < vectors * kLanes ? left - (vectors - 1) * kLanes : kLanes;
      for (std::int64_t tile = 0; tile < tiles;) {
        t.g = static_cast<const Unit*>(args.broadcast) + tile * t.g_tile;
        t.c = args.c + tile * kTileRows * args.ldc + s * args.width + t.offset;
        const std::int64_t together = vectors == 1 && tiles - tile >= 3 ? 3 : 1;
        if (together == 3) any_weight_tile<Op, 3, 1>(t);
        else if (vectors == 1) any_weight_tile<Op, 1, 1>(t);
        else if (vectors == 2) any_weight_tile<Op, 1, 2>(t);
        else any_weight_tile<Op, 1, 3>(t);
        tile += together;
      }
    }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
