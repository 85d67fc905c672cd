// A small matrix product in registers. Compiled once for each instruction set.
//
// The product is cut into tiles of up to kRows x (2 vectors) whose sums stay in registers over all of k; a's
// elements are broadcast, b's are loaded. A panel of b (two vectors wide) that is stored by columns, or has a ragged
// edge, is first copied into rows of full width; a small a stored by rows is turned once, so that a tile's elements
// lie side by side. No tile's sum depends on the others, so any cut of m or n over threads gives the same bits.
#include "kernels/cpu/gemm.hpp"

#include "kernels/cpu/transpose.hpp"
#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

constexpr int kRows = LEPTON_AVX512 ? 12 : 6;
constexpr std::int64_t kPanelDepth = 512;  // rows of a turned panel of b: 64 KiB at most
constexpr std::int64_t kTurnedA = 8192;    // elements of a that are turned at most

/// Rows that the next tile takes, with m - i left.
LEPTON_INLINE int tile_rows(std::int64_t left) { return left >= kRows ? kRows : left >= 4 ? 4 : 1; }

/// kM rows x kN vectors of c: += over [0, depth) of a * b; b's rows are `ldb` apart. With kSideBySide the rows of
/// a are neighbours in memory, and their addresses are constants.
template <int kM, int kN, bool kSideBySide, class T>
LEPTON_INLINE void tile(const T* a, std::int64_t a_row, std::int64_t a_col, const T* b, std::int64_t ldb, T* c,
                        std::int64_t ldc, std::int64_t depth, std::int64_t tail, const T* bias, bool first) {
  using V = Vec<T>;
  V sum[kM][kN];
  const auto edge = [&](const T* p, int j) {
    return j + 1 < kN ? V::load(p + j * V::kLanes) : V::load_partial(p + j * V::kLanes, tail);
  };
  for (int j = 0; j < kN; ++j) {
    const V start = first ? (bias ? edge(bias, j) : V(0)) : V(0);
    for (int i = 0; i < kM; ++i) sum[i][j] = first ? start : edge(c + i * ldc, j);
  }
  for (std::int64_t p = 0; p < depth; ++p, a += a_col, b += ldb) {
    V row[kN];
    for (int j = 0; j < kN; ++j) row[j] = V::load(b + j * V::kLanes);
    for (int i = 0; i < kM; ++i) {
      const V x(a[kSideBySide ? i : i * a_row]);
      for (int j = 0; j < kN; ++j) sum[i][j] = fma(x, row[j], sum[i][j]);
    }
  }
  for (int i = 0; i < kM; ++i)
    for (int j = 0; j < kN; ++j) {
      T* const to = c + i * ldc + j * V::kLanes;
      if (j + 1 < kN) sum[i][j].store(to);
      else sum[i][j].store_partial(to, tail);
    }
}

/// A panel of c: `width` columns (up to kN vectors) from `column` on, all m rows. `turned` is a turned a, or null.
template <int kN, class T>
void panel(const Gemm<T>& g, const T* a, const T* turned, const T* b, std::int64_t ldb, std::int64_t column,
           std::int64_t width, std::int64_t depth, bool first) {
  const std::int64_t tail = width - (kN - 1) * Vec<T>::kLanes;
  const T* const bias = g.bias ? g.bias + column : nullptr;
  const auto rows = [&]<int kM>(std::integral_constant<int, kM>, std::int64_t i) {
    T* const c = g.c + i * g.ldc + column;
    if (turned) tile<kM, kN, true>(turned + i * depth, 1, kM, b, ldb, c, g.ldc, depth, tail, bias, first);
    else if (g.a_row == 1) tile<kM, kN, true>(a + i, 1, g.a_col, b, ldb, c, g.ldc, depth, tail, bias, first);
    else tile<kM, kN, false>(a + i * g.a_row, g.a_row, g.a_col, b, ldb, c, g.ldc, depth, tail, bias, first);
  };
  for (std::int64_t i = 0; i < g.m;) {
    const int n = tile_rows(g.m - i);
    if (n == kRows) rows(std::integral_constant<int, kRows>{}, i);
    else if (n == 4) rows(std::integral_constant<int, 4>{}, i);
    else rows(std::integral_constant<int, 1>{}, i);
    i += n;
  }
}

/// a, tile after tile, each as [k][rows of the tile].
template <class T> void turn(const Gemm<T>& g, T* to) {
  for (std::int64_t i = 0; i < g.m;) {
    const int n = tile_rows(g.m - i);
    for (int r = 0; r < n; ++r)
      for (std::int64_t p = 0; p < g.k; ++p) to[p * n + r] = g.a[(i + r) * g.a_row + p * g.a_col];
    to += n * g.k;
    i += n;
  }
}

/// One dot product an element: for a few columns, both operands lying along k.
template <class T> void dots(const Gemm<T>& g) {
  using V = Vec<T>;
  for (std::int64_t i = 0; i < g.m; ++i)
    for (std::int64_t j = 0; j < g.n; ++j) {
      const T *a = g.a + i * g.a_row, *b = g.b + j * g.ldb;
      V sum[2] = {V(0), V(0)};
      std::int64_t p = 0;
      for (; p + 2 * V::kLanes <= g.k; p += 2 * V::kLanes) {
        sum[0] = fma(V::load(a + p), V::load(b + p), sum[0]);
        sum[1] = fma(V::load(a + p + V::kLanes), V::load(b + p + V::kLanes), sum[1]);
      }
      for (; p < g.k; p += V::kLanes) {
        const std::int64_t n = g.k - p < V::kLanes ? g.k - p : V::kLanes;
        sum[0] = fma(V::load_partial(a + p, n), V::load_partial(b + p, n), sum[0]);
      }
      g.c[i * g.ldc + j] = reduce_add(sum[0] + sum[1]) + (g.bias ? g.bias[j] : T(0));
    }
}

/// Rows [p, p + depth) of `width` columns of op(b), in rows of two vectors that end in zeros.
template <class T>
void copy_panel(const Gemm<T>& g, std::int64_t column, std::int64_t width, std::int64_t p, std::int64_t depth, T* to) {
  constexpr std::int64_t kWidth = 2 * Vec<T>::kLanes;
  for (std::int64_t q = 0; q < depth; ++q) {
    T* const row = to + q * kWidth;
    if (!g.trans_b) __builtin_memcpy(row, g.b + (p + q) * g.ldb + column, std::size_t(width) * sizeof(T));
    for (std::int64_t j = width; j < kWidth; ++j) row[j] = T(0);
  }
  if (!g.trans_b) return;
  const T* const from = g.b + column * g.ldb + p;
  std::int64_t blocks_j = 0, blocks_q = 0;  // what is turned in registers
  if constexpr (std::is_same_v<T, float>) {
    blocks_j = width / 8 * 8;
    blocks_q = depth / 8 * 8;
    for (std::int64_t j = 0; j < blocks_j; j += 8)
      for (std::int64_t q = 0; q < blocks_q; q += 8) transpose_8x8(from + j * g.ldb + q, g.ldb, to + q * kWidth + j, kWidth);
  }
  for (std::int64_t j = 0; j < width; ++j)
    for (std::int64_t q = j < blocks_j ? blocks_q : 0; q < depth; ++q) to[q * kWidth + j] = from[j * g.ldb + q];
}

template <class T> void run(const Gemm<T>& g) {
  constexpr std::int64_t kLanes = Vec<T>::kLanes, kWidth = 2 * kLanes;
  // One column that lies together is stored by columns as much as by rows.
  const bool b_along_k = g.trans_b || (g.n == 1 && g.ldb == 1);
  if (b_along_k && g.a_col == 1 && g.n < 4) return dots(g);
  alignas(64) T panel_b[kPanelDepth * kWidth];
  alignas(64) T turned_a[kTurnedA];
  // A turned a is whole along k, so the panels of b must be too.
  const bool turn_a = g.a_row != 1 && g.m > 1 && g.m * g.k <= kTurnedA && g.k <= kPanelDepth;
  if (turn_a) turn(g, turned_a);
  for (std::int64_t column = 0; column < g.n; column += kWidth) {
    const std::int64_t width = g.n - column < kWidth ? g.n - column : kWidth;
    const bool copied = g.trans_b || width % kLanes != 0;
    const std::int64_t step = copied ? kPanelDepth : (g.k > 0 ? g.k : 1);
    for (std::int64_t p = 0; p == 0 || p < g.k; p += step) {
      const std::int64_t depth = g.k - p < step ? g.k - p : step;
      if (copied) copy_panel(g, column, width, p, depth, panel_b);
      const T* const b = copied ? panel_b : g.b + p * g.ldb + column;
      const std::int64_t ldb = copied ? kWidth : g.ldb;
      const T* const a = g.a + p * g.a_col;
      const T* const tiles = turn_a ? turned_a : nullptr;
      if (width > kLanes) panel<2>(g, a, tiles, b, ldb, column, width, depth, p == 0);
      else panel<1>(g, a, tiles, b, ldb, column, width, depth, p == 0);
    }
  }
}

}  // namespace

void gemm(const Gemm<float>& g) { run(g); }
void gemm(const Gemm<double>& g) { run(g); }

}  // namespace lepton::kernels::cpu::LEPTON_ISA
