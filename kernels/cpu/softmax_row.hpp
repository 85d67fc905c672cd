// Softmax of rows: those of up to a vector are turned, a row a lane, those of a few stay in registers, long ones are gone
// through three times, in cache.
//
// Results may be written over the arguments. Nothing is stored under a mask but at the very end: a store under a mask
// blocks loads of the next row, which begins within its 64 bytes.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/cpu/gemm_transpose.hpp"
#include "kernels/cpu/vmath.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// The larger in each lane, by one instruction. What a NaN gives does not matter here: its exponential is
/// NaN, and so is the row's sum.
LEPTON_INLINE Vec<float> larger(Vec<float> a, Vec<float> b) { return LEPTON_MM(max_ps)(a.v, b.v); }
LEPTON_INLINE Vec<double> larger(Vec<double> a, Vec<double> b) { return LEPTON_MM(max_pd)(a.v, b.v); }

template <class T> LEPTON_INLINE T largest_lane(Vec<T> a) {
  return reduce_lanes<Vec<T>::kLanes / 2>(a, [](Vec<T> x, Vec<T> y) { return larger(x, y); });
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

/// Of rows, one a lane: the largest element, the sum of e^(x - largest), at least 1, and what e^(x - largest) is
/// multiplied by: 1 / sum.
template <class T> struct RowSums {
  Vec<T> largest, sum, norm;
  LEPTON_INLINE void set(int lane, T top, T total, T factor) {
    largest.v[lane] = top;
    sum.v[lane] = total;
    norm.v[lane] = factor;
  }
};

/// v in its last `count` lanes, else 0.
template <class T> LEPTON_INLINE Vec<T> last_lanes(Vec<T> v, std::int64_t count) {
  using Int = Vec<std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>>;
  Int lane;
  for (int i = 0; i < Int::kLanes; ++i) lane.v[i] = i;
  return select(Mask<T>{(lane >= Int(Vec<T>::kLanes - count)).m}, v, Vec<T>(0));
}

// In what follows out(p) is what becomes of a probability (or its logarithm, kLog) before it is stored.

/// `count` rows of n <= kLanes elements, the first of `left` that stand there.
template <bool kLog, class T, class Out>
LEPTON_INLINE RowSums<T> softmax_turned(const T* x, T* y, std::int64_t count, std::int64_t left,
                                        std::int64_t n, Out&& out) {
  using V = Vec<T>;
  constexpr std::int64_t kLanes = V::kLanes;
  V rows[kLanes];
  for (std::int64_t i = 0; i < kLanes; ++i) {
    if (i * n + kLanes <= left * n) rows[i] = V::load(x + i * n);
    else rows[i] = V::load_partial(x + i * n, i < count ? n : 0);
  }
  transpose(rows);
  V top = rows[0];
  for (std::int64_t j = 1; j < n; ++j) top = larger(top, rows[j]);
  V sum(0);
  for (std::int64_t j = 0; j < n; ++j) {
    const V d = rows[j] - top, e = exp(d);
    sum += e;
    rows[j] = kLog ? d : e;
  }
  const V norm = kLog ? log(sum) : V(1) / sum;
  for (std::int64_t j = 0; j < n; ++j) rows[j] = out(kLog ? rows[j] - norm : rows[j] * norm);
  transpose(rows);
  // Each row is stored whole, over what the one before left behind its end.
  alignas(64) T stage[kLanes * kLanes + kLanes];
  for (std::int64_t i = 0; i < count; ++i) rows[i].store(stage + i * n);
  std::int64_t i = 0;
  for (; i + kLanes <= count * n; i += kLanes) V::load(stage + i).store(y + i);
  if (i < count * n) V::load(stage + i).store_partial(y + i, count * n - i);
  return {top, sum, norm};
}

/// A row that fills kVecs registers, n >= kLanes. The last holds the last kLanes elements, whatever others hold of them.
template <bool kLog, int kVecs, class T, class Out>
LEPTON_INLINE void softmax_short(const T* x, T* y, std::int64_t n, int lane, RowSums<T>& sums, Out&& out) {
  using V = Vec<T>;
  constexpr int kLast = kVecs - 1;
  const std::int64_t last = n - V::kLanes;
  V v[kVecs];
  v[kLast] = V::load(x + last);
  V top = v[kLast], sum(0);
  for (int k = 0; k < kLast; ++k) {
    v[k] = V::load(x + k * V::kLanes);
    top = larger(top, v[k]);
  }
  const T largest = largest_lane(top);
  for (int k = 0; k < kVecs; ++k) {
    v[k] -= V(largest);
    const V e = exp(v[k]);
    sum += k < kLast ? e : last_lanes(e, n - kLast * V::kLanes);
    if constexpr (!kLog) v[k] = e;
  }
  const T total = reduce_add(sum);
  const V norm = kLog ? log(V(total)) : V(T(1) / total);
  for (int k = 0; k < kVecs; ++k)
    out(kLog ? v[k] - norm : v[k] * norm).store(y + (k < kLast ? k * V::kLanes : last));
  sums.set(lane, largest, total, norm[0]);
}

/// A longer row. Its last vector is kept apart, since others write over part of it.
template <bool kLog, class T, class Out>
LEPTON_INLINE void softmax_long(const T* x, T* y, std::int64_t n, int lane, RowSums<T>& sums, Out&& out) {
  using V = Vec<T>;
  constexpr std::int64_t kLanes = V::kLanes;
  const std::int64_t whole = n / kLanes * kLanes;
  V last = V::load(x + n - kLanes), top = last;
  for (std::int64_t i = 0; i < whole; i += kLanes) top = larger(top, V::load(x + i));
  const T largest = largest_lane(top);
  last -= V(largest);
  const V last_e = exp(last);
  // Sums of a few hundred elements a lane are added up in double.
  constexpr std::int64_t kBlock = 256 * kLanes;
  double total = double(reduce_add(last_lanes(last_e, n - whole)));
  for (std::int64_t first = 0; first < whole; first += kBlock) {
    const std::int64_t end = first + kBlock < whole ? first + kBlock : whole;
    V sum(0);
    for (std::int64_t i = first; i < end; i += kLanes) {
      const V e = exp(V::load(x + i) - V(largest));
      sum += e;
      if constexpr (!kLog) e.store(y + i);
    }
    total += double(reduce_add(sum));
  }
  const V norm = kLog ? log(V(total)) : V(1.0 / total);
  for (std::int64_t i = 0; i < whole; i += kLanes)
    out(kLog ? V::load(x + i) - V(largest) - norm : V::load(y + i) * norm).store(y + i);
  out(kLog ? last - norm : last_e * norm).store(y + n - kLanes);
  sums.set(lane, largest, T(total), norm[0]);
}

/// before(row, count) and after(row, count, RowSums) for groups of up to kLanes rows that cover [begin, end) of
/// [rows, n], around y[row, :] = out(softmax(x[row, :])). y may be x.
template <bool kLog, class T, class Out, class Before, class After>
LEPTON_INLINE void softmax_rows(const T* x, T* y, std::int64_t begin, std::int64_t end, std::int64_t n,
                                Out&& out, Before&& before, After&& after) {
  constexpr std::int64_t kLanes = Vec<T>::kLanes;
  if (n == 0) return;
  const auto go = [&](auto&& group) {
    for (std::int64_t r = begin; r < end; r += kLanes) {
      const std::int64_t count = end - r < kLanes ? end - r : kLanes;
      before(r, count);
      after(r, count, group(r, count));
    }
  };
  const auto one_by_one = [&](auto&& row) {
    go([&](std::int64_t r, std::int64_t count) {
      RowSums<T> sums{Vec<T>(0), Vec<T>(1), Vec<T>(0)};
      for (int i = 0; i < int(count); ++i) row(x + (r + i) * n, y + (r + i) * n, i, sums);
      return sums;
    });
  };
  if (n <= kLanes)
    return go([&](std::int64_t r, std::int64_t count) {
      return softmax_turned<kLog>(x + r * n, y + r * n, count, end - r, n, out);
    });
  switch ((n + kLanes - 1) / kLanes) {
    case 2:
      return one_by_one(
          [&](auto* a, auto* b, int i, auto& s) { softmax_short<kLog, 2>(a, b, n, i, s, out); });
    case 3:
      return one_by_one(
          [&](auto* a, auto* b, int i, auto& s) { softmax_short<kLog, 3>(a, b, n, i, s, out); });
    case 4:
      return one_by_one(
          [&](auto* a, auto* b, int i, auto& s) { softmax_short<kLog, 4>(a, b, n, i, s, out); });
    default:
      return one_by_one([&](auto* a, auto* b, int i, auto& s) { softmax_long<kLog>(a, b, n, i, s, out); });
  }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
