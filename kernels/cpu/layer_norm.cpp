// Normalisation of rows: a row is read from memory once, and gone through again while it lies in L1 or L2. Compiled
// once for each instruction set.
//
// With xhat = (x - mean) rstd and d = g weight: dx = rstd (d - mean(d) - xhat mean(d xhat)), where rms normalisation
// lacks the middle term (Ba et al. 2016; Zhang & Sennrich 2019).
#include "kernels/cpu/layer_norm.hpp"

#include "kernels/cpu/lanes.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// Sums over a row of what add(place, lanes, sums) adds to sums[kSums]: four of each in turn, so that no addition waits
/// for the one before.
template <class T, int kSums, class F>
LEPTON_INLINE void sum_row(std::int64_t n, double (&total)[kSums], F&& add) {
  using V = Vec<T>;
  V sums[4][kSums];
  for (auto& group : sums)
    for (V& s : group) s = V(0);
  std::int64_t i = 0;
  for (; i + 4 * V::kLanes <= n; i += 4 * V::kLanes)
    for (int u = 0; u < 4; ++u) add(i + u * V::kLanes, WholeVector<T>{}, sums[u]);
  over_lanes<T>(n - i, [&](std::int64_t j, auto lanes) { add(i + j, lanes, sums[0]); });
  for (int k = 0; k < kSums; ++k)
    total[k] = double(reduce_add((sums[0][k] + sums[1][k]) + (sums[2][k] + sums[3][k])));
}

/// What a row takes, in memory or in L1.
template <class T> LEPTON_INLINE std::int64_t row_picoseconds(std::int64_t n) {
  return 20'000 + n * 60 * std::int64_t(sizeof(T));
}

template <class T> struct Row { T mean, rstd; };

template <bool kRms, class T> LEPTON_INLINE Row<T> statistics(const T* x, std::int64_t n, double eps) {
  using V = Vec<T>;
  double sum[1]{};
  if constexpr (!kRms)
    sum_row<T>(n, sum, [x](std::int64_t i, auto lanes, V* s) { s[0] += lanes.load(x + i); });
  const T mean = T(sum[0] / double(n));
  sum_row<T>(n, sum, [x, mean](std::int64_t i, auto lanes, V* s) {
    const V d = lanes.load(x + i, mean) - V(mean);
    s[0] = fma(d, d, s[0]);
  });
  return {mean, T(1 / __builtin_sqrt(sum[0] / double(n) + eps))};
}

template <bool kRms, bool kWeight, bool kBias, class T>
void normalize(const LayerNormArgs& args, std::int64_t begin, std::int64_t end) {
  using V = Vec<T>;
  const std::int64_t n = args.n;
  const T* const weight = static_cast<const T*>(args.weight);
  const T* const bias = static_cast<const T*>(args.bias);
  for (std::int64_t r = begin; r < end; ++r) {
    const T* const x = static_cast<const T*>(args.x) + r * n;
    T* const y = static_cast<T*>(args.y) + r * n;
    const Row<T> row = statistics<kRms>(x, n, args.eps);
    if (!kRms) static_cast<T*>(args.mean)[r] = row.mean;
    static_cast<T*>(args.rstd)[r] = row.rstd;
    const V mean(row.mean), rstd(row.rstd);
    over_lanes<T>(n, [=](std::int64_t i, auto lanes) {
      V v = (lanes.load(x + i) - mean) * rstd;
      if constexpr (kWeight) v *= lanes.load(weight + i);
      if constexpr (kBias) v += lanes.load(bias + i);
      lanes.store(v, y + i);
    });
  }
}

template <bool kRms, class T> void layer_norm_run(const LayerNormArgs& args) {
  for_ranges(args.rows, row_picoseconds<T>(args.n), [&](std::int64_t begin, std::int64_t end) {
    if (args.weight && args.bias) normalize<kRms, true, true, T>(args, begin, end);
    else if (args.weight) normalize<kRms, true, false, T>(args, begin, end);
    else if (args.bias) normalize<kRms, false, true, T>(args, begin, end);
    else normalize<kRms, false, false, T>(args, begin, end);
  });
}

/// dx of some rows. Where kSums, dweight and dbias of these rows are added to `dw` and `db`.
template <bool kRms, bool kWeight, bool kSums, class T>
void gradient(const LayerNormGradArgs& args, std::int64_t begin, std::int64_t end, T* dw, T* db) {
  using V = Vec<T>;
  const std::int64_t n = args.n;
  const T* const weight = static_cast<const T*>(args.weight);
  for (std::int64_t r = begin; r < end; ++r) {
    const T* const x = static_cast<const T*>(args.x) + r * n;
    const T* const g = static_cast<const T*>(args.g) + r * n;
    T* const dx = static_cast<T*>(args.dx) + r * n;
    const T m = kRms ? T(0) : static_cast<const T*>(args.mean)[r];
    const V mean(m), rstd(static_cast<const T*>(args.rstd)[r]);
    double sums[2]{};
    sum_row<T>(n, sums, [=](std::int64_t i, auto lanes, V* s) {
      const V gv = lanes.load(g + i), xhat = (lanes.load(x + i, m) - mean) * rstd;
      if constexpr (kSums) {
        lanes.store(fma(gv, xhat, lanes.load(dw + i)), dw + i);
        lanes.store(gv + lanes.load(db + i), db + i);
      }
      const V d = kWeight ? gv * lanes.load(weight + i) : gv;
      if constexpr (!kRms) s[0] += d;
      s[1] = fma(d, xhat, s[1]);
    });
    const V of_d(T(sums[0] / double(n))), of_products(T(sums[1] / double(n)));
    over_lanes<T>(n, [=](std::int64_t i, auto lanes) {
      const V gv = lanes.load(g + i), xhat = (lanes.load(x + i) - mean) * rstd;
      V d = kWeight ? gv * lanes.load(weight + i) : gv;
      if constexpr (!kRms) d -= of_d;
      lanes.store((d - xhat * of_products) * rstd, dx + i);
    });
  }
}

template <bool kRms, bool kSums, class T>
void gradient_of(const LayerNormGradArgs& args, Range rows, T* dw, T* db) {
  if (args.weight) gradient<kRms, true, kSums>(args, rows.begin, rows.end, dw, db);
  else gradient<kRms, false, kSums>(args, rows.begin, rows.end, dw, db);
}

/// The sums of the shards, joined in order.
template <class T> void join_shards(const LayerNormGradArgs& args, std::int64_t shards) {
  const T* const parts = static_cast<const T*>(args.scratch);
  T* const dweight = static_cast<T*>(args.dweight);
  T* const dbias = static_cast<T*>(args.dbias);
  const std::int64_t n = args.n;
  for_ranges(n, shards * 200, [=](std::int64_t begin, std::int64_t end) {
    over_lanes<T>(end - begin, [=](std::int64_t j, auto lanes) {
      const T* const p = parts + begin + j;
      Vec<T> dw(0), db(0);
      for (std::int64_t s = 0; s < shards; ++s) {
        dw += lanes.load(p + 2 * s * n);
        db += lanes.load(p + (2 * s + 1) * n);
      }
      lanes.store(dw, dweight + begin + j);
      lanes.store(db, dbias + begin + j);
    });
  });
}

template <bool kRms, class T> void layer_norm_grad_run(const LayerNormGradArgs& args) {
  if (!args.dweight) {
    for_ranges(args.rows, 2 * row_picoseconds<T>(args.n), [&](std::int64_t begin, std::int64_t end) {
      gradient_of<kRms, false, T>(args, {begin, end}, nullptr, nullptr);
    });
    return;
  }
  const std::int64_t n = args.n, shards = shard_count(args.rows, 2 * row_picoseconds<T>(n), kLayerNormShards);
  parallel_for(shards, [&](std::int64_t i) {
    T* const dw = static_cast<T*>(args.scratch) + 2 * i * n;
    __builtin_memset(dw, 0, std::size_t(2 * n) * sizeof(T));
    gradient_of<kRms, true>(args, shard_range(args.rows, shards, i), dw, dw + n);
  });
  join_shards<T>(args, shards);
}

}  // namespace

void layer_norm(const LayerNormArgs& args) {
  if (args.dtype == DType::f32)
    args.rms ? layer_norm_run<true, float>(args) : layer_norm_run<false, float>(args);
  else args.rms ? layer_norm_run<true, double>(args) : layer_norm_run<false, double>(args);
}

void layer_norm_grad(const LayerNormGradArgs& args) {
  if (args.dtype == DType::f32)
    args.rms ? layer_norm_grad_run<true, float>(args) : layer_norm_grad_run<false, float>(args);
  else args.rms ? layer_norm_grad_run<true, double>(args) : layer_norm_grad_run<false, double>(args);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
