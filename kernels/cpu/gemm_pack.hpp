// Bringing factors into the order in which tiles read them, rounded to bf16 on the way where that is what they hold.
//
// What differs between types of product and of memory are two ways of reading a vector of units: lanes along k, or
// along the other axis. Everything is written here once upon them.
#pragma once

#include "kernels/cpu/gemm_tile.hpp"
#include "kernels/cpu/gemm_transpose.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// Units of Op from numbers of type From in memory.
template <class Op, class From> struct Units;

template <class T> struct Units<Numbers<T>, T> {
  using V = Vec<T>;
  /// kLanes units along k from the number at `p`; from `n` numbers on, zeros.
  LEPTON_INLINE static V along_k(const T* p, std::int64_t n) {
    return n >= V::kLanes ? V::load(p) : V::load_partial(p, n > 0 ? n : 0);
  }
  /// One unit of k for kLanes rows or columns that lie side by side, of which `n` are there. `next` is where the
  /// following number along k lies, or null.
  LEPTON_INLINE static V across(const T* p, const T*, std::int64_t n) { return along_k(p, n); }
};

template <> struct Units<Bf16Products, float> {
  using V = Vec<float>;
  LEPTON_INLINE static Pairs along_k(const float* p, std::int64_t n) {
    if (n >= 2 * V::kLanes) return bf16_row(V::load(p), V::load(p + V::kLanes));
    const std::int64_t more = n - V::kLanes;
    if (more <= 0) return bf16_row(V::load_partial(p, n > 0 ? n : 0), V(0));
    return bf16_row(V::load(p), V::load_partial(p + V::kLanes, more));
  }
  LEPTON_INLINE static Pairs across(const float* p, const float* next, std::int64_t n) {
    if (n >= V::kLanes) return bf16_pairs(V::load(p), next ? V::load(next) : V(0));
    return bf16_pairs(V::load_partial(p, n), next ? V::load_partial(next, n) : V(0));
  }
};

template <> struct Units<Bf16Products, std::uint16_t> {
  LEPTON_INLINE static Pairs along_k(const std::uint16_t* p, std::int64_t n) {
    if (n <= 0) return Pairs(0);
    Pairs::Raw v{};
    __builtin_memcpy(&v, p, n >= 2 * Pairs::kLanes ? std::size_t(kBytes) : std::size_t(n) * sizeof *p);
    return v;
  }
  LEPTON_INLINE static Pairs across(const std::uint16_t* p, const std::uint16_t* next, std::int64_t n) {
    return load_pairs(p, next, n);
  }
};

/// Part of a factor in memory: `rows` rows (columns, for b) of `k` numbers along k, the first at `from`. Strides are in
/// numbers: 1 along k where `along_k`, else 1 across.
template <class From> struct Factor {
  const From* from;
  std::int64_t step;  // the stride that is not 1
  std::int64_t rows, k;
  bool along_k;
};

/// [row][k] as it is, `row_step` units a row: how a tile reads a by pointers.
template <class Op, class From>
void pack_rows(const Factor<From>& f, typename Op::Unit* to, std::int64_t row_step) {
  constexpr std::int64_t kStep = Op::Factor::kLanes * Op::kUnit;
  for (std::int64_t i = 0; i < f.rows; ++i, to += row_step)
    for (std::int64_t p = 0; p < f.k; p += kStep)
      Op::store(Units<Op, From>::along_k(f.from + i * f.step + p, f.k - p), to + p / Op::kUnit);
}

/// Panels of `vectors` vectors of rows, each [k][its rows] and `panel_step` units from the next; lanes beyond f.rows are
/// zeros. For a factor that is stored across k: a row of memory is read whole, since the next may be a page away.
template <class Op, class From>
void pack_across(const Factor<From>& f, typename Op::Unit* to, std::int64_t vectors,
                 std::int64_t panel_step) {
  constexpr int kLanes = Op::Factor::kLanes;
  const std::int64_t step = vectors * kLanes;
  for (std::int64_t p = 0; p < f.k; p += Op::kUnit, to += step) {
    const From* const here = f.from + p * f.step;
    const From* const next = Op::kUnit > 1 && p + 1 < f.k ? here + f.step : nullptr;
    typename Op::Unit* out = to;
    for (std::int64_t i0 = 0; i0 < f.rows; i0 += step, out += panel_step)
      for (std::int64_t i = i0; i < i0 + step; i += kLanes)
        Op::store(Units<Op, From>::across(here + i, next ? next + i : nullptr, f.rows - i), out + i - i0);
  }
}

/// One panel of a factor that is stored along k: kLanes rows at a time are read along k and turned in registers.
template <class Op, class From>
void pack_turned(const Factor<From>& f, typename Op::Unit* to, std::int64_t vectors) {
  using Unit = typename Op::Unit;
  constexpr int kLanes = Op::Factor::kLanes;
  const std::int64_t to_step = vectors * kLanes;
  const std::int64_t units = (f.k + Op::kUnit - 1) / Op::kUnit;
  for (std::int64_t q = 0; q < units; q += kLanes)
    for (std::int64_t j = 0; j < vectors; ++j) {
      const std::int64_t p = q * Op::kUnit, rows = f.rows - j * kLanes, depth = units - q;
      const From* const from = f.from + j * kLanes * f.step + p;
      Unit* const out = to + q * to_step + j * kLanes;
      typename Op::Factor v[kLanes];
      if (rows >= kLanes && f.k - p >= kLanes * Op::kUnit) {
        for (int i = 0; i < kLanes; ++i)
          v[i] = Units<Op, From>::along_k(from + i * f.step, kLanes * Op::kUnit);
        transpose(v);
        for (int i = 0; i < kLanes; ++i) Op::store(v[i], out + i * to_step);
        continue;
      }
      for (int i = 0; i < kLanes; ++i)
        v[i] = i < rows ? Units<Op, From>::along_k(from + i * f.step, f.k - p) : typename Op::Factor(0);
      transpose(v);
      for (int i = 0; i < kLanes; ++i)
        if (i < depth) Op::store(v[i], out + i * to_step);
    }
}

/// Panels [panel0, panel1) of a [k, n] factor whose columns [.., n) from panel0 on, and whose numbers from some k on, are
/// `f`. `to` is where panel0 begins, and has room for `units` of k.
template <class Op, class From>
void pack_panels(Factor<From> f, const GemmPanels& panels, std::int64_t panel0, std::int64_t panel1,
                 typename Op::Unit* to, std::int64_t units) {
  constexpr int kLanes = Op::Factor::kLanes;
  const std::int64_t all = f.rows, stride = f.along_k ? f.step : 1;
  const From* const from = f.from;
  for (std::int64_t p = panel0, next = p; p < panel1; p = next) {
    const std::int64_t begin = panels.begin(p), vectors = panels.begin(p + 1) - begin;
    const std::int64_t skipped = (begin - panels.begin(panel0)) * kLanes;
    // Panels of one width are read together, unless they are turned.
    next = p + 1;
    while (!f.along_k && next < panel1 && panels.begin(next + 1) - panels.begin(next) == vectors) ++next;
    const std::int64_t end = (panels.begin(next) - panels.begin(panel0)) * kLanes;
    f.from = from + skipped * stride;
    f.rows = (end < all ? end : all) - skipped;
    if (f.along_k) pack_turned<Op>(f, to + skipped * units, vectors);
    else pack_across<Op>(f, to + skipped * units, vectors, vectors * kLanes * units);
  }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
