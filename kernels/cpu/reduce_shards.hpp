// In how many parts sums are taken, and where the parts begin: by sizes alone, the same for `reduce` and for chains.
#pragma once

#include <cstdint>

#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_SHARDS_INLINE inline __attribute__((always_inline)) constexpr

/// Elements a part has at least, what the cuts of a row are multiples of, and those of columns.
inline constexpr std::int64_t kPartElements = 1 << 14, kRowGrain = 1024, kColumnGrain = 8;

/// Columns that are folded at a time.
inline constexpr std::int64_t kPanel = 256;

LEPTON_SHARDS_INLINE std::int64_t part_count(std::int64_t wanted) {
  return wanted < 1 ? 1 : wanted < kMaxPartials ? wanted : kMaxPartials;
}

/// Parts that each of `rows` rows of n consecutive elements is summed in.
LEPTON_SHARDS_INLINE std::int64_t row_parts(std::int64_t rows, std::int64_t n) {
  return rows >= 32 ? 1 : part_count(n / kPartElements);
}

/// Parts that the columns of [outer, rows, inner] are summed in: of its rows.
LEPTON_SHARDS_INLINE std::int64_t column_parts(std::int64_t outer, std::int64_t rows, std::int64_t inner) {
  if (outer * ((inner + kPanel - 1) / kPanel) >= kMaxShards) return 1;
  const std::int64_t by_size = rows * inner / kPartElements, by_rows = rows / 32;
  return part_count(by_size < by_rows ? by_size : by_rows);
}

/// Part `i` of `parts` of [0, n), cut at multiples of `grain`.
LEPTON_SHARDS_INLINE Range part_range(std::int64_t n, std::int64_t grain, std::int64_t parts,
                                      std::int64_t i) {
  const Range r = shard_range((n + grain - 1) / grain, parts, i);
  return {r.begin * grain, r.end * grain < n ? r.end * grain : n};
}

/// body(i) for the parts, on several threads where all of it takes one about `picoseconds`.
template <class F>
LEPTON_SHARDS_INLINE void for_parts(std::int64_t parts, std::int64_t picoseconds, F&& body) {
  if (shard_count(parts, picoseconds / parts) > 1) return parallel_for(parts, body);
  parallel_for(1, [&](std::int64_t) {
    for (std::int64_t i = 0; i < parts; ++i) body(i);
  });
}

#undef LEPTON_SHARDS_INLINE

}  // namespace lepton::kernels::cpu
