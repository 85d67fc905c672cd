// Batch normalisation in training: statistics in one pass over x, the result, residual and activation in another.
// Compiled once for each instruction set.
//
// A shard keeps two sums for each channel, of d = x - x[first row of the shard] and of d^2. The shift keeps a
// mean far from 0 from swallowing the variance, and since it is one of the values it is never much further
// from the mean than the standard deviation. Within a group of rows squares are taken about the group's own
// mean, so that what is rounded in T is of the size of the deviations. Shards join by the formula of Chan,
// Golub & LeVeque (1983).
#include "kernels/cpu/batch_norm.hpp"

#include <cmath>

#include "kernels/cpu/batch_norm_rows.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// Adds kRows rows to the sums of a shard.
template <int kRows, class T, class Lanes>
LEPTON_INLINE void add_rows(const T* x, const T* origin, std::int64_t c, Lanes lanes, double* sum,
                            double* squares) {
  using V = Vec<T>;
  const V shift = lanes.load(origin);
  V d[kRows], s(0), q(0);
  for (int r = 0; r < kRows; ++r) {
    d[r] = lanes.load_ahead(x + r * c) - shift;
    s += d[r];
  }
  const V mean = s * V(1.0 / kRows);
  for (int r = 0; r < kRows; ++r) q = fma(d[r] - mean, d[r] - mean, q);
  const Widened<double, T> total(s);
  Widened<double, T> about_shift(q);
  for (int k = 0; k < total.kParts; ++k)
    about_shift.part[k] = fma(total.part[k] * Vec<double>(1.0 / kRows), total.part[k], about_shift.part[k]);
  lanes.add(total, sum);
  lanes.add(about_shift, squares);
}

/// Adds rows to the sums of a shard; where it `starts`, nothing is there yet.
template <class T> void add_up(const BatchNormArgs& args, std::int64_t shard, Range rows, bool starts) {
  const std::int64_t c = args.c;
  const T* const x = static_cast<const T*>(args.x);
  const ShardSums sums(args.scratch, c, shard);
  if (starts) {
    sums.clear(c);
    __builtin_memcpy(sums.row, x + rows.begin * c, std::size_t(c) * sizeof(T));
  }
  const T* const origin = reinterpret_cast<const T*>(sums.row);
  for_groups(rows, [&](std::int64_t r, auto group) {
    for_channels<T>(c, [&](std::int64_t j, auto lanes) {
      add_rows<group.value>(x + r * c + j, origin + j, c, lanes, sums.first + j, sums.second + j);
    });
  });
}

/// Mean, and sum of squares about it, of a block of channels.
struct Moments {
  double mean[kChannels], squares[kChannels];
};

template <class T>
LEPTON_INLINE Moments join_shards(const BatchNormArgs& args, std::int64_t first, std::int64_t count) {
  Moments m{};
  double n = 0;
  for (std::int64_t shard = 0; shard < kBatchNormShards; ++shard) {
    const Range rows = batch_norm_rows(args.rows, shard);
    if (rows.begin == rows.end) continue;
    const ShardSums sums(args.scratch, args.c, shard);
    const T* const origin = reinterpret_cast<const T*>(sums.row) + first;
    const double more = double(rows.end - rows.begin), both = n + more;
    for (std::int64_t j = 0; j < count; ++j) {
      const double mean = sums.first[first + j] / more, delta = double(origin[j]) + mean - m.mean[j];
      m.mean[j] += delta * (more / both);
      m.squares[j] +=
          sums.second[first + j] - sums.first[first + j] * mean + delta * delta * (n * more / both);
    }
    n = both;
  }
  return m;
}

/// Writes mean, rstd and running statistics. What the mean loses by rounding to T goes to mean_rest, which may stand
/// where the scratch begins: what element j overwrites there are sums of channels up to j, read by then.
template <class T> void finish_statistics(const BatchNormArgs& args) {
  T* const mean_rest = static_cast<T*>(args.mean_rest);
  T* const mean = static_cast<T*>(args.mean);
  T* const rstd = static_cast<T*>(args.rstd);
  T* const running_mean = static_cast<T*>(args.running_mean);
  T* const running_var = static_cast<T*>(args.running_var);
  const double rows = double(args.rows), unbiased = args.rows > 1 ? rows - 1 : 1;
  for_channel_blocks(args.c, [&](std::int64_t first, std::int64_t count) {
    const Moments m = join_shards<T>(args, first, count);
    for (std::int64_t j = 0; j < count; ++j) {
      const double squares = m.squares[j] > 0 ? m.squares[j] : m.squares[j] * 0;  // NaN stays
      mean[first + j] = T(m.mean[j]);
      const T rest = T(m.mean[j] - double(T(m.mean[j])));
      __builtin_memcpy(mean_rest + first + j, &rest, sizeof rest);  // bytes, since the memory holds doubles
      rstd[first + j] = T(1 / ::sqrt(squares / rows + args.eps));
      if (running_mean == nullptr) continue;
      const double old_mean = double(running_mean[first + j]), old_var = double(running_var[first + j]);
      running_mean[first + j] = T(old_mean + args.momentum * (m.mean[j] - old_mean));
      running_var[first + j] = T(old_var + args.momentum * (squares / unbiased - old_var));
    }
  });
}

template <bool kStream, class T, class Activation>
void normalise(const BatchNormArgs& args, const T* mean_rest, Activation activation, Range rows) {
  const std::int64_t c = args.c;
  const T* const x = static_cast<const T*>(args.x);
  const T* const residual = static_cast<const T*>(args.residual);
  T* const y = static_cast<T*>(args.y);
  for_groups(rows, [&](std::int64_t r, auto group) {
    for_channels<T, kStream>(c, [&](std::int64_t j, auto lanes) {
      const Normal<T> normal(args, mean_rest, j, lanes);
      const std::int64_t first = r * c + j;
      if (residual)
        for (std::int64_t i = 0, at = first; i < group.value; ++i, at += c)
          lanes.store(activation.value(normal(lanes.load_ahead(x + at)) + lanes.load_ahead(residual + at)), y + at);
      else
        for (std::int64_t i = 0, at = first; i < group.value; ++i, at += c)
          lanes.store(activation.value(normal(lanes.load_ahead(x + at))), y + at);
    });
  });
}

template <bool kStream, class T> void normalise(const BatchNormArgs& args, Range rows) {
  with_activation(args.activation, [&](auto activation) {
    normalise<kStream>(args, static_cast<const T*>(args.mean_rest), activation, rows);
  });
}

template <class T> void apply_to_all(const BatchNormArgs& args) {
  const bool stream = streams(args.y, args.rows, args.c, sizeof(T));
  for_row_ranges(args.rows, args.c, 150, [&](Range rows) {
    with_streaming(stream, [&](auto kind) { normalise<kind.value == 1, T>(args, rows); });
  });
}

}  // namespace

void batch_norm_statistics(const BatchNormArgs& args) {
  for_batch_norm_shards(args.rows, args.c, 150, [&](std::int64_t shard, Range rows) {
    if (rows.begin == rows.end) return;
    with_type(args.dtype, [&]<class T>(T) { add_up<T>(args, shard, rows, true); });
  });
  batch_norm_finish(args);
}
void batch_norm_add(const BatchNormArgs& args, const BatchNormPart& part) {
  const Range rows{0, part.images * (args.rows / args.images)};
  with_type(args.dtype, [&]<class T>(T) { add_up<T>(args, part.shard, rows, part.starts); });
}
void batch_norm_finish(const BatchNormArgs& args) {
  with_type(args.dtype, [&]<class T>(T) { finish_statistics<T>(args); });
}
void batch_norm_apply(const BatchNormArgs& args) {
  with_type(args.dtype, [&]<class T>(T) { apply_to_all<T>(args); });
}
void batch_norm_apply_part(const BatchNormArgs& args, const BatchNormPart& part) {
  const Range rows{0, part.images * (args.rows / args.images)};
  with_type(args.dtype, [&]<class T>(T) { normalise<false, T>(args, rows); });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
