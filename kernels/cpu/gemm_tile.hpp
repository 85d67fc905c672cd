// The innermost block of a large product: a few rows times up to three vectors of columns, its sums in registers.
//
// A factor is read in units, which fill a lane: one number, or two bf16 that follow each other along k. Every sum
// runs over k in order, whatever the block it belongs to, so that no cut of a product changes a bit of it.
#pragma once

#include <utility>

#include "kernels/cpu/bf16.hpp"
#include "kernels/cpu/finish.hpp"
#include "kernels/cpu/gemm_large.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// Rows and vectors of a full tile: 24 sums of 32 registers, or 12 of 16. A vector of b is loaded for all rows, an
/// element of a for all vectors, which takes half of the loads that the machine can do meanwhile.
inline constexpr int kTileRows = LEPTON_AVX512 ? 8 : 4, kTileVectors = 3;

/// Products of plain numbers.
template <class T> struct Numbers {
  using Number = T;
  using Unit = T;
  using Factor = Vec<T>;
  using Sum = Vec<T>;
  static constexpr int kUnit = 1;  // numbers along k in a unit
  LEPTON_INLINE static Factor load(const Unit* p) { return Factor::load(p); }
  LEPTON_INLINE static Factor broadcast(const Unit* p) { return Factor(*p); }
  LEPTON_INLINE static void store(Factor f, Unit* p) { f.store(p); }
  LEPTON_INLINE static Sum add_product(Factor a, Factor b, Sum s) { return fma(a, b, s); }
};

/// Products of pairs of bf16, summed in f32.
struct Bf16Products {
  using Number = float;
  using Unit = Bf16Pair;
  using Factor = Pairs;
  using Sum = Vec<float>;
  static constexpr int kUnit = 2;
  LEPTON_INLINE static Factor load(const Unit* p) {
    Factor f;
    __builtin_memcpy(&f.v, p, kBytes);
    return f;
  }
  LEPTON_INLINE static Factor broadcast(const Unit* p) {
    std::uint32_t bits;
    __builtin_memcpy(&bits, p, sizeof bits);
    return Factor(bits);
  }
  LEPTON_INLINE static void store(Factor f, Unit* p) { __builtin_memcpy(p, &f.v, kBytes); }
  LEPTON_INLINE static Sum add_product(Factor a, Factor b, Sum s) { return dot_pairs(a, b, s); }
};

/// What a tile reads and writes.
template <class Op> struct Tile {
  using Unit = typename Op::Unit;
  using Number = typename Op::Number;
  // Rows of a: row i of segment s at rows[s * rows_step + i]; or all side by side, where `rows` is null: row i at
  // side + i, `side_step` units further for the next unit of k.
  const void* const* rows;
  std::int64_t rows_step;
  const Unit* side;
  std::int64_t side_step;
  const Unit* b;  // for each unit of k a row of the panel's vectors, b_step units apart
  std::int64_t b_step;
  std::int64_t segments, depth;  // depth is a segment's units along k
  Number* c;
  std::int64_t ldc, tail;  // tail: columns of the last vector
  const Number* bias;
  bool accumulate;       // start from c, not from the bias
  const Finish* finish;  // from c on; null where there is none
};

/// One function a shape of tile.
template <class Op, int kRows, int kVectors, bool kSide> struct TileOf {
  using Sum = typename Op::Sum;
  using Unit = typename Op::Unit;
  using Number = typename Op::Number;
  static constexpr int kLanes = Sum::kLanes;

  /// All lanes, or the first `tail` of the last vector where that is less.
  LEPTON_INLINE static Sum load(const Number* p, int j, std::int64_t tail) {
    return j + 1 < kVectors || tail == kLanes ? Sum::load(p + j * kLanes)
                                              : Sum::load_partial(p + j * kLanes, tail);
  }
  LEPTON_INLINE static void store(Sum x, Number* p, int j, std::int64_t tail) {
    if (j + 1 < kVectors || tail == kLanes) x.store(p + j * kLanes);
    else x.store_partial(p + j * kLanes, tail);
  }

  LEPTON_INLINE static void start(const Tile<Op>& t, Sum (&sum)[kRows][kVectors], std::int64_t tail) {
    if (t.accumulate) {
      unrolled<kRows>(
          [&](auto i) { unrolled<kVectors>([&](auto j) { sum[i][j] = load(t.c + i * t.ldc, j, tail); }); });
      return;
    }
    Sum first[kVectors];
    unrolled<kVectors>([&](auto j) { first[j] = Sum(0); });
    if (t.bias) unrolled<kVectors>([&](auto j) { first[j] = load(t.bias, j, tail); });
    unrolled<kRows>([&](auto i) { unrolled<kVectors>([&](auto j) { sum[i][j] = first[j]; }); });
  }

  /// sum += over a segment of k.
  LEPTON_INLINE static void add(Sum (&sum)[kRows][kVectors], const Unit* (&row)[kRows],
                                std::int64_t side_step, const Unit* b, std::int64_t b_step,
                                std::int64_t depth) {
    for (std::int64_t p = 0; p < depth; ++p, b += b_step) {
      typename Op::Factor f[kVectors];
      unrolled<kVectors>([&](auto j) { f[j] = Op::load(b + j * kLanes); });
      unrolled<kRows>([&](auto i) {
        const auto x = Op::broadcast(kSide ? row[0] + i : row[i] + p);
        unrolled<kVectors>([&](auto j) { sum[i][j] = Op::add_product(x, f[j], sum[i][j]); });
      });
      if (kSide) row[0] += side_step;
    }
  }

  LEPTON_INLINE static void multiply(const Tile<Op>& t, std::int64_t tail) {
    Sum sum[kRows][kVectors];
    start(t, sum, tail);
    for (std::int64_t s = 0; s < t.segments; ++s) {
      const Unit* row[kRows];
      unrolled<kRows>(
          [&](auto i) { row[i] = kSide ? t.side : static_cast<const Unit*>(t.rows[s * t.rows_step + i]); });
      add(sum, row, t.side_step, t.b + s * t.depth * t.b_step, t.b_step, t.depth);
    }
    if constexpr (!kSide && std::is_same_v<Number, float>)
      if (t.finish) finish_sums(*t.finish, sum, tail);
    unrolled<kRows>(
        [&](auto i) { unrolled<kVectors>([&](auto j) { store(sum[i][j], t.c + i * t.ldc, j, tail); }); });
  }

  static void run(const Tile<Op>& t) {
    if (t.tail == kLanes) multiply(t, kLanes);
    else multiply(t, t.tail);
  }
};

/// The function for `rows` x `vectors`, 1 <= rows <= kTileRows, 1 <= vectors <= kTileVectors.
template <class Op, bool kSide> LEPTON_INLINE auto tile_of(std::int64_t rows, std::int64_t vectors) {
  using Run = void (*)(const Tile<Op>&);
  constexpr auto row = []<int... r>(std::integer_sequence<int, r...>) {
    struct Table {
      Run run[kTileVectors][kTileRows];
    };
    return Table{{{TileOf<Op, r + 1, 1, kSide>::run...},
                  {TileOf<Op, r + 1, 2, kSide>::run...},
                  {TileOf<Op, r + 1, 3, kSide>::run...}}};
  };
  static constexpr auto table = row(std::make_integer_sequence<int, kTileRows>{});
  return table.run[vectors - 1][rows - 1];
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
