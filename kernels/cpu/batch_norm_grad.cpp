// The gradient of batch normalisation through its statistics. Compiled once for each instruction set.
//
// With xhat = (x - mean) rstd: dbias = sum g, dweight = sum g xhat, and
// dx = weight rstd (g - dbias / rows - xhat dweight / rows) (Ioffe & Szegedy 2015).
#include "kernels/cpu/batch_norm.hpp"
#include "kernels/cpu/batch_norm_rows.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// Adds kRows rows of g and of g (x - mean) to the sums of a shard.
template <int kRows, class T, class Lanes>
LEPTON_INLINE void add_rows(const T* x, const T* g, const T* mean, std::int64_t c, Lanes lanes, double* sum,
                            double* products) {
  using V = Vec<T>;
  const V m = lanes.load(mean);
  V s(0), p(0);
  for (int r = 0; r < kRows; ++r) {
    const V gr = lanes.load(g + r * c);
    s += gr;
    p = fma(gr, lanes.load(x + r * c) - m, p);
  }
  lanes.add(Widened<double, T>(s), sum);
  lanes.add(Widened<double, T>(p), products);
}

template <class T> void add_up(const BatchNormGradArgs& args, std::int64_t shard, Range rows) {
  const std::int64_t c = args.c;
  const T* const x = static_cast<const T*>(args.x);
  const T* const g = static_cast<const T*>(args.g);
  const T* const mean = static_cast<const T*>(args.mean);
  const ShardSums sums(args.scratch, c, shard);
  sums.clear(c);
  for_groups(rows, [&](std::int64_t r, auto group) {
    for_channels<T>(c, [&](std::int64_t j, auto lanes) {
      const std::int64_t at = r * c + j;
      add_rows<group.value>(x + at, g + at, mean + j, c, lanes, sums.first + j, sums.second + j);
    });
  });
}

/// dbias and dweight from the sums of the shards, joined in order.
template <class T> void join_shards(const BatchNormGradArgs& args) {
  const T* const rstd = static_cast<const T*>(args.rstd);
  T* const dbias = static_cast<T*>(args.dbias);
  T* const dweight = static_cast<T*>(args.dweight);
  for_channel_blocks(args.c, [&](std::int64_t first, std::int64_t count) {
    double sum[kChannels]{}, products[kChannels]{};
    for (std::int64_t shard = 0; shard < kBatchNormShards; ++shard) {
      const ShardSums sums(args.scratch, args.c, shard);
      for (std::int64_t j = 0; j < count; ++j) {
        sum[j] += sums.first[first + j];
        products[j] += sums.second[first + j];
      }
    }
    for (std::int64_t j = 0; j < count; ++j) {
      dbias[first + j] = T(sum[j]);
      dweight[first + j] = T(products[j] * double(rstd[first + j]));
    }
  });
}

template <class T> void write_dx(const BatchNormGradArgs& args, Range rows) {
  using V = Vec<T>;
  const std::int64_t c = args.c;
  const T* const x = static_cast<const T*>(args.x);
  const T* const g = static_cast<const T*>(args.g);
  const T* const weight = static_cast<const T*>(args.weight);
  const T* const mean = static_cast<const T*>(args.mean);
  const T* const rstd = static_cast<const T*>(args.rstd);
  const T* const dweight = static_cast<const T*>(args.dweight);
  const T* const dbias = static_cast<const T*>(args.dbias);
  T* const dx = static_cast<T*>(args.dx);
  const V share(1.0 / double(args.rows));
  for_groups(rows, [&](std::int64_t r, auto group) {
    for_channels<T>(c, [&](std::int64_t j, auto lanes) {
      // dx = scale g + slope (x - mean) + shift
      const V m = lanes.load(mean + j), s = lanes.load(rstd + j),
              scale = weight ? s * lanes.load(weight + j) : s;
      const V slope = -scale * s * lanes.load(dweight + j) * share,
              shift = -scale * lanes.load(dbias + j) * share;
      for (int i = 0; i < group.value; ++i) {
        const std::int64_t at = (r + i) * c + j;
        const V rest = fma(slope, lanes.load(x + at) - m, shift);
        lanes.store(fma(scale, lanes.load(g + at), rest), dx + at);
      }
    });
  });
}

template <class T> void batch_norm_grad_run(const BatchNormGradArgs& args) {
  for_batch_norm_shards(args.rows, args.c, 200,
                        [&](std::int64_t shard, Range rows) { add_up<T>(args, shard, rows); });
  join_shards<T>(args);
  for_row_ranges(args.rows, args.c, 200, [&](Range rows) { write_dx<T>(args, rows); });
}

}  // namespace

void batch_norm_grad(const BatchNormGradArgs& args) {
  if (args.dtype == DType::f32) batch_norm_grad_run<float>(args);
  else batch_norm_grad_run<double>(args);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
