// Softmax of one row: short rows stay in registers, long ones are gone through three times, in cache.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/cpu/vmath.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// The larger in each lane, by one instruction. What a NaN gives does not matter here: its exponential is
/// NaN, and so is the row's sum.
LEPTON_INLINE Vec<float> larger(Vec<float> a, Vec<float> b) { return LEPTON_MM(max_ps)(a.v, b.v); }
LEPTON_INLINE Vec<double> larger(Vec<double> a, Vec<double> b) { return LEPTON_MM(max_pd)(a.v, b.v); }

template <class T> LEPTON_INLINE T largest_lane(Vec<T> a) {
  return reduce_lanes<Vec<T>::kLanes / 2>(a, [](Vec<T> x, Vec<T> y) { return larger(x, y); });
}

/// Of a row: its largest element, and the sum of e^(x - largest), at least 1.
template <class T> struct RowSum { T largest, sum; };

/// y = softmax(x), or its logarithm, for a row that fills kVecs registers, the last perhaps in part.
template <bool kLog, int kVecs, class T>
LEPTON_INLINE RowSum<T> softmax_short(const T* x, T* y, std::int64_t n) {
  using V = Vec<T>;
  constexpr int kLast = kVecs - 1;
  const std::int64_t rest = n - kLast * V::kLanes;
  V v[kVecs];
  v[kLast] = V::load_partial(x + kLast * V::kLanes, rest, T(-__builtin_inf()));
  V top = v[kLast], sum(0);
  for (int k = 0; k < kLast; ++k) {
    v[k] = V::load(x + k * V::kLanes);
    top = larger(top, v[k]);
  }
  const T largest = largest_lane(top);
  for (int k = 0; k < kVecs; ++k) {
    v[k] -= V(largest);
    const V e = exp(v[k]);
    sum += e;
    if constexpr (!kLog) v[k] = e;
  }
  const T total = reduce_add(sum);
  const V norm = kLog ? log(V(total)) : V(T(1) / total);
  for (int k = 0; k < kVecs; ++k) {
    const V r = kLog ? v[k] - norm : v[k] * norm;
    if (k < kLast) r.store(y + k * V::kLanes);
    else r.store_partial(y + k * V::kLanes, rest);
  }
  return {largest, total};
}

/// f(place, lanes, load) over a row, load(p) giving what stands there and `fill` behind the end.
template <class T, class F> LEPTON_INLINE void over_row(std::int64_t n, T fill, F&& f) {
  using V = Vec<T>;
  std::int64_t i = 0;
  for (; i + V::kLanes <= n; i += V::kLanes)
    f(i, std::int64_t(V::kLanes), [](const T* p) { return V::load(p); });
  if (i < n) f(i, n - i, [fill, rest = n - i](const T* p) { return V::load_partial(p, rest, fill); });
}

template <class T> LEPTON_INLINE void store_lanes(Vec<T> v, T* p, std::int64_t lanes) {
  if (lanes == Vec<T>::kLanes) v.store(p);
  else v.store_partial(p, lanes);
}

/// The same for a row of any length.
template <bool kLog, class T> LEPTON_INLINE RowSum<T> softmax_long(const T* x, T* y, std::int64_t n) {
  using V = Vec<T>;
  const T nothing = T(-__builtin_inf());
  V top(nothing);
  over_row<T>(n, nothing, [&](std::int64_t i, std::int64_t, auto&& load) { top = larger(top, load(x + i)); });
  const T largest = largest_lane(top);
  // Sums of a few hundred elements a lane are added up in double.
  constexpr std::int64_t kBlock = 256 * V::kLanes;
  double total = 0;
  for (std::int64_t first = 0; first < n; first += kBlock) {
    V sum(0);
    over_row<T>(n - first < kBlock ? n - first : kBlock, nothing,
                [&](std::int64_t i, std::int64_t lanes, auto&& load) {
                  const V e = exp(load(x + first + i) - V(largest));
                  sum += e;
                  if constexpr (!kLog) store_lanes(e, y + first + i, lanes);
                });
    total += double(reduce_add(sum));
  }
  const V norm = kLog ? log(V(total)) : V(1.0 / total);
  over_row<T>(n, T(0), [&](std::int64_t i, std::int64_t lanes, auto&& load) {
    if constexpr (kLog) store_lanes(load(x + i) - V(largest) - norm, y + i, lanes);
    else store_lanes(load(y + i) * norm, y + i, lanes);
  });
  return {largest, T(total)};
}

/// done(row, RowSum) for each row in [begin, end) of [rows, n], after y[row, :] = softmax(x[row, :]).
template <bool kLog, class T, class Done>
LEPTON_INLINE void softmax_rows(const T* x, T* y, std::int64_t begin, std::int64_t end, std::int64_t n,
                                Done&& done) {
  const auto go = [&](auto&& one_row) {
    for (std::int64_t r = begin; r < end; ++r) done(r, one_row(x + r * n, y + r * n));
  };
  if (n == 0) return;
  switch ((n + Vec<T>::kLanes - 1) / Vec<T>::kLanes) {
    case 1: return go([n](const T* a, T* b) { return softmax_short<kLog, 1>(a, b, n); });
    case 2: return go([n](const T* a, T* b) { return softmax_short<kLog, 2>(a, b, n); });
    case 3: return go([n](const T* a, T* b) { return softmax_short<kLog, 3>(a, b, n); });
    case 4: return go([n](const T* a, T* b) { return softmax_short<kLog, 4>(a, b, n); });
    default: return go([n](const T* a, T* b) { return softmax_long<kLog>(a, b, n); });
  }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
