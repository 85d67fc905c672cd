// Visiting the rows of a Walk, on several threads where there is enough to do.
#pragma once

#include "kernels/cpu/isa.hpp"
#include "kernels/pointwise.hpp"
#include "lepton/core/parallel.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// Elements below which a second thread costs more than it brings, and elements a shard has.
inline constexpr std::int64_t kParallelFrom = 1 << 16, kShard = 1 << 15;

LEPTON_INLINE std::int64_t min64(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
LEPTON_INLINE std::int64_t max64(std::int64_t a, std::int64_t b) { return a > b ? a : b; }

/// body(first, count) for pieces that cover [0, n).
template <class F> LEPTON_INLINE void for_pieces(std::int64_t n, F&& body) {
  if (n < kParallelFrom) {
    if (n > 0) body(std::int64_t(0), n);
    return;
  }
  parallel_for((n + kShard - 1) / kShard, [&](std::int64_t i) { body(i * kShard, min64(kShard, n - i * kShard)); });
}

/// body(offsets[3], y, count) for each row along the innermost axis: the operands' offsets in elements, and the
/// place in the output that is filled in order. Long rows are cut into pieces.
template <class F> LEPTON_INLINE void for_rows(const Walk& w, F&& body) {
  const int last = w.rank - 1;
  const std::int64_t inner = w.size[last];
  if (w.n == 0) return;
  if (last == 0) {
    for_pieces(inner, [&](std::int64_t first, std::int64_t count) {
      const std::int64_t at[3] = {first * w.stride[0][0], first * w.stride[1][0], first * w.stride[2][0]};
      body(at, first, count);
    });
    return;
  }
  const std::int64_t rows = w.n / inner, rows_a_shard = max64(1, kShard / inner);
  const std::int64_t shards = w.n < kParallelFrom ? 1 : (rows + rows_a_shard - 1) / rows_a_shard;
  const auto run = [&](std::int64_t begin, std::int64_t end) {
    std::int64_t index[kPointwiseRank], at[3] = {0, 0, 0}, rest = begin;
    for (int d = last - 1; d >= 0; --d) {
      index[d] = rest % w.size[d];
      rest /= w.size[d];
      for (int k = 0; k < 3; ++k) at[k] += index[d] * w.stride[k][d];
    }
    for (std::int64_t r = begin; r < end; ++r) {
      body(at, r * inner, inner);
      for (int d = last - 1; d >= 0; --d) {  // count up, like an odometer
        for (int k = 0; k < 3; ++k) at[k] += w.stride[k][d];
        if (++index[d] < w.size[d]) break;
        for (int k = 0; k < 3; ++k) at[k] -= w.size[d] * w.stride[k][d];
        index[d] = 0;
      }
    }
  };
  if (shards == 1) run(0, rows);
  else parallel_for(shards, [&](std::int64_t i) { run(i * rows_a_shard, min64(rows, (i + 1) * rows_a_shard)); });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
