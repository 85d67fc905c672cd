// Softmax and cross-entropy. Compiled once for each instruction set.
#include "kernels/cpu/softmax.hpp"

#include "kernels/cpu/shards.hpp"
#include "kernels/cpu/softmax_row.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// What the softmax of a row of n takes.
template <class T> LEPTON_INLINE std::int64_t row_picoseconds(std::int64_t n) {
  return 10'000 + n * (sizeof(T) == 4 ? 400 : 8000);
}

template <bool kLog, class T> void softmax_run(const SoftmaxArgs& args) {
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  for_ranges(args.rows, row_picoseconds<T>(args.n), [&](std::int64_t begin, std::int64_t end) {
    softmax_rows<kLog>(
        x, y, begin, end, args.n, [](Vec<T> p) { return p; }, [](auto...) {}, [](auto...) {});
  });
}

/// What the rows of a loss have in common.
template <class T> struct Rows {
  const T* x;
  const std::int64_t* target;
  std::int64_t rows, n;
};

/// x[row, target] of `count` rows from `first` on, a lane each.
template <class T> LEPTON_INLINE Vec<T> hits_of(const Rows<T>& rows, std::int64_t first, std::int64_t count) {
  Vec<T> hits(0);
  for (std::int64_t i = 0; i < count; ++i) hits.v[i] = rows.x[(first + i) * rows.n + rows.target[first + i]];
  return hits;
}

/// Sum of the first lanes, in double.
template <class T> LEPTON_INLINE double sum_of(Vec<T> v, std::int64_t count) {
  alignas(64) T lane[Vec<T>::kLanes];
  v.store(lane);
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += double(lane[i]);
  return sum;
}

/// -log p[target] = log(sum) + largest - x[target] of rows. Not the logarithm of p, which may have become 0.
template <class T> LEPTON_INLINE double loss_of(const RowSums<T>& sums, Vec<T> hits, std::int64_t count) {
  return sum_of(log(sums.sum), count) + sum_of(sums.largest, count) - sum_of(hits, count);
}

/// The mean of what partial(begin, end) gives for ranges of rows.
template <class T, class F>
LEPTON_INLINE void mean_loss(std::int64_t rows, std::int64_t n, void* loss, F&& partial) {
  const std::int64_t shards = shard_count(rows, row_picoseconds<T>(n));
  double sums[kMaxShards];
  parallel_for(shards, [&](std::int64_t i) {
    const Range range = shard_range(rows, shards, i);
    sums[i] = partial(range.begin, range.end);
  });
  double total = 0;
  for (std::int64_t i = 0; i < shards; ++i) total += sums[i];
  *static_cast<T*>(loss) = T(total / double(rows));
}

template <class T> void cross_entropy_run(const CrossEntropyArgs& args) {
  const Rows<T> rows{static_cast<const T*>(args.x), args.target, args.rows, args.n};
  T* const p = static_cast<T*>(args.p);
  mean_loss<T>(args.rows, args.n, args.loss, [&](std::int64_t begin, std::int64_t end) {
    double loss = 0;
    Vec<T> hits;
    softmax_rows<false>(
        rows.x, p, begin, end, rows.n, [](Vec<T> v) { return v; },
        [&](std::int64_t first, std::int64_t count) { hits = hits_of(rows, first, count); },
        [&](std::int64_t, std::int64_t count, const RowSums<T>& sums) {
          loss += loss_of(sums, hits, count);
        });
    return loss;
  });
}

/// What each element of the gradient is multiplied by.
template <class T> LEPTON_INLINE T gradient_scale(const void* g, std::int64_t rows) {
  return T(double(*static_cast<const T*>(g)) / double(rows));
}

/// dx[row, target] = (p - 1) * scale for `count` rows from `first` on, p a lane each.
template <class T>
LEPTON_INLINE void write_hits(const Rows<T>& rows, std::int64_t first, std::int64_t count, Vec<T> p, T scale,
                              T* dx) {
  alignas(64) T lane[Vec<T>::kLanes];
  ((p - Vec<T>(1)) * Vec<T>(scale)).store(lane);
  for (std::int64_t i = 0; i < count; ++i) dx[(first + i) * rows.n + rows.target[first + i]] = lane[i];
}

/// dx = p * scale over n elements that follow each other.
template <class T> LEPTON_INLINE void scale_stretch(const T* p, T* dx, std::int64_t n, T scale) {
  over_row<T>(n, T(0), [&](std::int64_t i, std::int64_t lanes, auto&& load) {
    store_lanes(load(p + i) * Vec<T>(scale), dx + i, lanes);
  });
}

template <class T> void cross_entropy_grad_run(const CrossEntropyGradArgs& args) {
  const Rows<T> rows{static_cast<const T*>(args.p), args.target, args.rows, args.n};
  T* const dx = static_cast<T*>(args.dx);
  const T scale = gradient_scale<T>(args.g, args.rows);
  const std::int64_t n = args.n, group = n < 256 ? Vec<T>::kLanes : 1;
  for_ranges(args.rows, 2000 + n * 100, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; r += group) {
      const std::int64_t count = end - r < group ? end - r : group;
      const Vec<T> hits = hits_of(rows, r, count);  // first: dx may stand where p does
      scale_stretch(rows.x + r * n, dx + r * n, count * n, scale);
      write_hits(rows, r, count, hits, scale, dx);
    }
  });
}

/// x, whose product the compiler must not join with a sum: it was stored in between where kernels are separate.
template <class T> LEPTON_INLINE Vec<T> rounded(Vec<T> x) {
  asm("" : "+x"(x.v));
  return x;
}

template <class T> void cross_entropy_with_grad_run(const CrossEntropyWithGradArgs& args) {
  const Rows<T> rows{static_cast<const T*>(args.x), args.target, args.rows, args.n};
  T* const dx = static_cast<T*>(args.dx);
  const T scale = gradient_scale<T>(args.g, args.rows);
  mean_loss<T>(args.rows, args.n, args.loss, [&](std::int64_t begin, std::int64_t end) {
    double loss = 0;
    Vec<T> hits;
    softmax_rows<false>(
        rows.x, dx, begin, end, rows.n, [v = Vec<T>(scale)](Vec<T> p) { return p * v; },
        [&](std::int64_t first, std::int64_t count) { hits = hits_of(rows, first, count); },
        [&](std::int64_t first, std::int64_t count, const RowSums<T>& sums) {
          loss += loss_of(sums, hits, count);
          const Vec<T> p = rounded(exp(hits - sums.largest) * sums.norm);
          write_hits(rows, first, count, p, scale, dx);
        });
    return loss;
  });
}

}  // namespace

void softmax(const SoftmaxArgs& args) {
  if (args.dtype == DType::f32) args.log ? softmax_run<true, float>(args) : softmax_run<false, float>(args);
  else args.log ? softmax_run<true, double>(args) : softmax_run<false, double>(args);
}

void cross_entropy(const CrossEntropyArgs& args) {
  check_targets(args.target, args.rows, args.n);
  if (args.dtype == DType::f32) cross_entropy_run<float>(args);
  else cross_entropy_run<double>(args);
}

void cross_entropy_grad(const CrossEntropyGradArgs& args) {
  check_targets(args.target, args.rows, args.n);
  if (args.dtype == DType::f32) cross_entropy_grad_run<float>(args);
  else cross_entropy_grad_run<double>(args);
}

void cross_entropy_with_grad(const CrossEntropyWithGradArgs& args) {
  check_targets(args.target, args.rows, args.n);
  if (args.dtype == DType::f32) cross_entropy_with_grad_run<float>(args);
  else cross_entropy_with_grad_run<double>(args);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
