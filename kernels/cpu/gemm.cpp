// A small matrix product, in one piece. Compiled once for each instruction set.
//
// Tiles read a, and panels of b that are whole and stored by rows, where they lie; other panels are first brought into
// rows. Few rows whose factors both lie along k are multiplied as dot products, which needs no packing. No sum depends
// on the others, so any cut of m or n over threads gives the same bits.
#include "kernels/cpu/gemm.hpp"

#include "kernels/cpu/gemm_pack.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

constexpr std::int64_t kPanelDepth = 512;  // rows of a packed panel: 96 KiB at most

/// kM x kN dot products from (i, j) on.
template <int kM, int kN, class T> void dots(const Gemm<T>& g, std::int64_t i, std::int64_t j) {
  using V = Vec<T>;
  const T *const a = g.a + i * g.a_row, *const b = g.b + j * g.ldb;
  V sum[kM][kN];
  for (int r = 0; r < kM; ++r)
    for (int c = 0; c < kN; ++c) sum[r][c] = V(0);
  const auto add = [&](std::int64_t p, auto&& load) {
    V x[kM];
    for (int r = 0; r < kM; ++r) x[r] = load(a + r * g.a_row + p);
    for (int c = 0; c < kN; ++c) {
      const V y = load(b + c * g.ldb + p);
      for (int r = 0; r < kM; ++r) sum[r][c] = fma(x[r], y, sum[r][c]);
    }
  };
  const std::int64_t whole = g.k / V::kLanes * V::kLanes, rest = g.k - whole;
  for (std::int64_t p = 0; p < whole; p += V::kLanes) add(p, [](const T* at) { return V::load(at); });
  if (rest > 0) add(whole, [&](const T* at) { return V::load_partial(at, rest); });
  for (int r = 0; r < kM; ++r)
    for (int c = 0; c < kN; ++c)
      g.c[(i + r) * g.ldc + j + c] = reduce_add(sum[r][c]) + (g.bias ? g.bias[j + c] : T(0));
}

/// Rows [i, i + kM).
template <int kM, int kN, class T> void dot_rows(const Gemm<T>& g, std::int64_t i) {
  std::int64_t j = 0;
  for (; j + kN <= g.n; j += kN) dots<kM, kN>(g, i, j);
  for (; j < g.n; ++j) dots<kM, 1>(g, i, j);
}

template <class T> void all_dots(const Gemm<T>& g) {
  constexpr int kM = LEPTON_AVX512 ? 4 : 2, kN = LEPTON_AVX512 ? 5 : 4;
  std::int64_t i = 0;
  for (; i + kM <= g.m; i += kM) dot_rows<kM, kN>(g, i);
  for (; i < g.m; ++i) dot_rows<1, 8>(g, i);
}

/// All rows of a panel of c, from `column` on; `depth` of k from `p` on.
template <class T>
void panel(const Gemm<T>& g, Tile<Numbers<T>> t, std::int64_t p, std::int64_t column, std::int64_t vectors) {
  const T* const a = g.a + p * g.a_col;
  const bool side = g.a_row == 1 || g.m == 1;
  t.side_step = g.a_col;
  const void* rows[kTileRows];
  t.rows = rows;
  for (std::int64_t i = 0; i < g.m; i += kTileRows) {
    const std::int64_t m = g.m - i < kTileRows ? g.m - i : kTileRows;
    t.c = g.c + i * g.ldc + column;
    if (side) {
      t.side = a + i;
      tile_of<Numbers<T>, true>(m, vectors)(t);
    } else {
      for (std::int64_t r = 0; r < m; ++r) rows[r] = a + (i + r) * g.a_row;
      tile_of<Numbers<T>, false>(m, vectors)(t);
    }
  }
}

template <class T> void run(const Gemm<T>& g) {
  using Op = Numbers<T>;
  constexpr std::int64_t kLanes = Vec<T>::kLanes;
  // One column that lies together is stored by columns as much as by rows.
  const bool b_along_k = g.trans_b || (g.n == 1 && g.ldb == 1);
  if (b_along_k && g.a_col == 1 && (g.n < 4 || (g.m <= kDotRows && g.k >= kDotDepth))) return all_dots(g);
  alignas(64) T packed[kPanelDepth * kTileVectors * kLanes];
  const GemmPanels panels(g.n, kLanes);
  for (std::int64_t q = 0; q < panels.count; ++q) {
    const std::int64_t begin = panels.begin(q), vectors = panels.begin(q + 1) - begin, j = begin * kLanes;
    const std::int64_t width = g.n - j < vectors * kLanes ? g.n - j : vectors * kLanes;
    const bool whole = !g.trans_b && width == vectors * kLanes;
    Tile<Op> t{};
    t.segments = 1;
    t.ldc = g.ldc;
    t.tail = width - (vectors - 1) * kLanes;
    t.bias = g.bias ? g.bias + j : nullptr;
    const std::int64_t step = whole && g.k > 0 ? g.k : kPanelDepth;
    for (std::int64_t p = 0; p == 0 || p < g.k; p += step) {
      t.depth = g.k - p < step ? g.k - p : step;
      t.accumulate = p > 0;
      t.b = whole ? g.b + p * g.ldb + j : packed;
      t.b_step = whole ? g.ldb : vectors * kLanes;
      if (!whole)
        pack_panels<Op>(Factor<T>{g.trans_b ? g.b + j * g.ldb + p : g.b + p * g.ldb + j, g.ldb, width,
                                  t.depth, g.trans_b},
                        panels, q, q + 1, packed, t.depth);
      panel(g, t, p, j, vectors);
    }
  }
}

}  // namespace

void gemm(const Gemm<float>& g) { run(g); }
void gemm(const Gemm<double>& g) { run(g); }

}  // namespace lepton::kernels::cpu::LEPTON_ISA
