// Folding rows and columns of a matrix into one value each: the inner loops of the reductions.
//
// Floats are added in float by fours or eights, and these sums in double.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "kernels/cpu/reduce_shards.hpp"
#include "kernels/cpu/reduce_wide.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// A sum. Wide is what partial sums are kept in.
template <class T> struct Sum {
  using Wide = std::conditional_t<std::is_floating_point_v<T>, double, T>;
  static constexpr T kStart = T(0);
  template <class V> LEPTON_INLINE static V combine(V a, V b) { return a + b; }
  LEPTON_INLINE static Wide across(Vec<Wide> a) { return reduce_add(a); }
};

template <class T> struct Max {
  using Wide = T;
  static constexpr T kStart =
      std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::min();
  LEPTON_INLINE static Vec<T> combine(Vec<T> a, Vec<T> b) { return maximum(a, b); }
  LEPTON_INLINE static T combine(T a, T b) { return b > a || b != b ? b : a; }
  LEPTON_INLINE static T across(Vec<T> a) { return reduce_max(a); }
};

template <class T> struct Min {
  using Wide = T;
  static constexpr T kStart =
      std::is_floating_point_v<T> ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  LEPTON_INLINE static Vec<T> combine(Vec<T> a, Vec<T> b) { return minimum(a, b); }
  LEPTON_INLINE static T combine(T a, T b) { return b < a || b != b ? b : a; }
  LEPTON_INLINE static T across(Vec<T> a) { return reduce_min(a); }
};

/// Folds consecutive elements: whole groups of four vectors first, then what is left.
template <class F, class T> struct RowFold {
  using V = Vec<T>;
  using Wide = typename F::Wide;
  static constexpr std::int64_t kLanes = V::kLanes, kGroup = 4 * kLanes;
  Widened<Wide, T> total{Wide(F::kStart)};

  LEPTON_INLINE void take(V v) {
    const Widened<Wide, T> more(v);
    for (int k = 0; k < more.kParts; ++k) total.part[k] = F::combine(total.part[k], more.part[k]);
  }
  /// The groups among n elements. Returns how many elements they hold.
  LEPTON_INLINE std::int64_t groups(const T* x, std::int64_t n) {
    std::int64_t i = 0;
    for (; i + kGroup <= n; i += kGroup)
      take(F::combine(F::combine(V::load(x + i), V::load(x + i + kLanes)),
                      F::combine(V::load(x + i + 2 * kLanes), V::load(x + i + 3 * kLanes))));
    return i;
  }
  /// Less than a group, behind which nothing comes.
  LEPTON_INLINE void rest(const T* x, std::int64_t n) {
    std::int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes) take(V::load(x + i));
    if (i < n) take(V::load_partial(x + i, n - i, F::kStart));
  }
  LEPTON_INLINE Wide across() const {
    auto folded = total.part[0];
    for (int k = 1; k < total.kParts; ++k) folded = F::combine(folded, total.part[k]);
    return F::across(folded);
  }
};

/// One value from n consecutive elements.
template <class F, class T> LEPTON_INLINE typename F::Wide fold_row(const T* x, std::int64_t n) {
  RowFold<F, T> fold;
  const std::int64_t grouped = fold.groups(x, n);
  fold.rest(x + grouped, n - grouped);
  return fold.across();
}

/// Folds kRows rows, `stride` apart, into `total`, whose length is `width` rounded up to whole vectors.
template <class F, int kRows, class T>
LEPTON_INLINE void fold_rows_of_panel(const T* x, std::int64_t stride, std::int64_t width,
                                      typename F::Wide* total) {
  using V = Vec<T>;
  using Wide = typename F::Wide;
  const auto fold = [&](std::int64_t column, auto&& load) {
    V a = load(x + column);
    for (int r = 1; r < kRows; ++r) a = F::combine(a, load(x + r * stride + column));
    const Widened<Wide, T> more(a);
    for (int k = 0; k < more.kParts; ++k) {
      Wide* const to = total + column + k * Vec<Wide>::kLanes;
      F::combine(Vec<Wide>::load(to), more.part[k]).store(to);
    }
  };
  std::int64_t column = 0;
  for (; column + V::kLanes <= width; column += V::kLanes)
    fold(column, [](const T* p) { return V::load(p); });
  if (column < width)
    fold(column, [rest = width - column](const T* p) { return V::load_partial(p, rest, F::kStart); });
}

/// Folds column j of `rows` rows that are `stride` apart into total[j], j < width.
template <class F, class T>
LEPTON_INLINE void fold_more_rows(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width,
                                  typename F::Wide* total) {
  constexpr int kGroup =
      kColumnGrain;  // streams that hardware follows, and that share a cache set without loss
  std::int64_t r = 0;
  for (; r + kGroup <= rows; r += kGroup) fold_rows_of_panel<F, kGroup>(x + r * stride, stride, width, total);
  for (; r < rows; ++r) fold_rows_of_panel<F, 1>(x + r * stride, stride, width, total);
}

/// Makes total[j] ready for j < width.
template <class F, class T> LEPTON_INLINE void start_columns(std::int64_t width, typename F::Wide* total) {
  for (std::int64_t j = 0; j < (width + Vec<T>::kLanes - 1) / Vec<T>::kLanes * Vec<T>::kLanes; ++j)
    total[j] = F::kStart;
}

/// total[j] = one value from column j.
template <class F, class T>
LEPTON_INLINE void fold_columns(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width,
                                typename F::Wide* total) {
  start_columns<F, T>(width, total);
  fold_more_rows<F>(x, rows, stride, width, total);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
