// Walking the rows of [rows, c] in the fixed shards of batch normalisation.
#pragma once

#include <cstdint>

#include "kernels/cpu/batch_norm.hpp"
#include "kernels/cpu/reduce_wide.hpp"
#include "kernels/cpu/shards.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

inline constexpr int kGroup = kBatchNormGroup;

/// body(shard, its rows) for the eight shards, in parallel where elements, at `picoseconds` each, are many.
template <class F>
LEPTON_INLINE void for_batch_norm_shards(std::int64_t rows, std::int64_t c, std::int64_t picoseconds,
                                         F&& body) {
  const auto one = [&](std::int64_t i) { body(i, batch_norm_rows(rows, i)); };
  if (shard_count(rows * c, picoseconds) > 1) return parallel_for(kBatchNormShards, one);
  parallel_for(1, [&](std::int64_t) {
    for (std::int64_t i = 0; i < kBatchNormShards; ++i) one(i);
  });
}

/// body(its rows) for ranges of whole groups that cover all rows, for work whose order does not matter.
template <class F>
LEPTON_INLINE void for_row_ranges(std::int64_t rows, std::int64_t c, std::int64_t picoseconds, F&& body) {
  for_ranges((rows + kGroup - 1) / kGroup, kGroup * c * picoseconds,
             [&](std::int64_t begin, std::int64_t end) {
               body(Range{begin * kGroup, end * kGroup < rows ? end * kGroup : rows});
             });
}

/// A number that the compiler knows, as an argument.
template <int kValue> struct Constant { static constexpr int value = kValue; };

/// body(first row, Constant<rows>) over `rows`: by groups, then one by one.
template <class F> LEPTON_INLINE void for_groups(Range rows, F&& body) {
  std::int64_t r = rows.begin;
  for (; r + kGroup <= rows.end; r += kGroup) body(r, Constant<kGroup>());
  for (; r < rows.end; ++r) body(r, Constant<1>());
}

/// How far ahead of its use a line is asked for: by rows of eight no stream is long enough for the hardware to see.
inline constexpr std::int64_t kAhead = 8192;

/// How a full vector of channels is moved, and added to sums in double. kStream: results go past the caches.
template <class T, bool kStream = false> struct AllLanes {
  LEPTON_INLINE Vec<T> load(const T* p) const { return Vec<T>::load(p); }
  /// Of an array that is read from front to end.
  LEPTON_INLINE Vec<T> load_ahead(const T* p) const {
    _mm_prefetch(reinterpret_cast<const char*>(p) + kAhead, _MM_HINT_T0);
    return Vec<T>::load(p);
  }
  LEPTON_INLINE void store(Vec<T> v, T* p) const {
    if constexpr (!kStream) v.store(p);
    else if constexpr (sizeof(T) == 4) LEPTON_MM(stream_ps)(p, v.v);
    else LEPTON_MM(stream_pd)(p, v.v);
  }
  LEPTON_INLINE void add(const Widened<double, T>& v, double* sum) const {
    for (int k = 0; k < v.kParts; ++k) {
      double* const to = sum + k * Vec<double>::kLanes;
      (Vec<double>::load(to) + v.part[k]).store(to);
    }
  }
};

/// The same for the first lanes of the last one.
template <class T> struct FirstLanes {
  std::int64_t count;
  LEPTON_INLINE Vec<T> load(const T* p) const { return Vec<T>::load_partial(p, count); }
  LEPTON_INLINE Vec<T> load_ahead(const T* p) const { return load(p); }
  LEPTON_INLINE void store(Vec<T> v, T* p) const { v.store_partial(p, count); }
  LEPTON_INLINE void add(const Widened<double, T>& v, double* sum) const {
    constexpr std::int64_t kLanes = Vec<double>::kLanes;
    for (int k = 0; k < v.kParts; ++k) {
      const std::int64_t rest = count - k * kLanes, lanes = rest < 0 ? 0 : rest < kLanes ? rest : kLanes;
      double* const to = sum + k * kLanes;
      (Vec<double>::load_partial(to, lanes) + v.part[k]).store_partial(to, lanes);
    }
  }
};

/// body(first channel, lanes) over c channels.
template <class T, bool kStream = false, class F> LEPTON_INLINE void for_channels(std::int64_t c, F&& body) {
  std::int64_t j = 0;
  for (; j + Vec<T>::kLanes <= c; j += Vec<T>::kLanes) body(j, AllLanes<T, kStream>());
  if (j < c) body(j, FirstLanes<T>{c - j});
}

/// Results from this size on will have left the caches before anybody reads them.
inline constexpr std::int64_t kStreamBytes = 32 << 20;

/// Whether all vectors of results go past the caches: only whole, aligned ones can.
LEPTON_INLINE bool streams(const void* to, std::int64_t rows, std::int64_t c, std::int64_t size) {
  return rows * c * size >= kStreamBytes && c * size % kBytes == 0 &&
         reinterpret_cast<std::uintptr_t>(to) % kBytes == 0;
}

/// body(Constant<streams or not>), after which results are where other threads see them.
template <class F> LEPTON_INLINE void with_streaming(bool stream, F&& body) {
  if (!stream) return body(Constant<0>());
  body(Constant<1>());
  _mm_sfence();
}

/// body(T()) for the type of all numbers.
template <class F> LEPTON_INLINE void with_type(DType dtype, F&& body) {
  if (dtype == DType::f32) body(float());
  else body(double());
}

struct NoActivation {
  template <class V> LEPTON_INLINE V value(V x) const { return x; }
  template <class V> LEPTON_INLINE V grad_from_y(V g, V) const { return g; }
};

/// body(formula)
template <class F> LEPTON_INLINE void with_activation(BatchNormActivation activation, F&& body) {
  switch (activation) {
    case BatchNormActivation::none: return body(NoActivation());
    case BatchNormActivation::relu: return body(op::Relu());
    case BatchNormActivation::relu6: return body(op::Relu6());
  }
}

/// What x becomes before a residual and the activation, for a vector of channels from j on. The same bits in both
/// directions, so that the gradient sees what the activation saw.
template <class T> struct Normal {
  Vec<T> mean, scale, shift;

  template <class Args, class Lanes>
  LEPTON_INLINE Normal(const Args& args, const T* mean_rest, std::int64_t j, Lanes lanes) {
    const T* const weight = static_cast<const T*>(args.weight);
    const T* const bias = static_cast<const T*>(args.bias);
    mean = lanes.load(static_cast<const T*>(args.mean) + j);
    scale = lanes.load(static_cast<const T*>(args.rstd) + j);
    if (weight) scale = scale * lanes.load(weight + j);
    shift = fma(-lanes.load(mean_rest + j), scale, bias ? lanes.load(bias + j) : Vec<T>(0));
  }
  LEPTON_INLINE Vec<T> operator()(Vec<T> x) const { return fma(x - mean, scale, shift); }
};

/// Two sums for each channel that a shard keeps in the scratch memory, and room for one row.
struct ShardSums {
  double *first, *second, *row;

  LEPTON_INLINE ShardSums(void* scratch, std::int64_t c, std::int64_t shard)
      : first(static_cast<double*>(scratch) + 3 * shard * c), second(first + c), row(second + c) {}

  LEPTON_INLINE void clear(std::int64_t c) const {
    for (std::int64_t j = 0; j < c; ++j) first[j] = second[j] = 0;
  }
};

/// Channels whose shards are joined at a time, on the stack.
inline constexpr std::int64_t kChannels = 64;

/// body(first channel, count) over c channels, at most kChannels at a time.
template <class F> LEPTON_INLINE void for_channel_blocks(std::int64_t c, F&& body) {
  for (std::int64_t j = 0; j < c; j += kChannels) body(j, c - j < kChannels ? c - j : kChannels);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
