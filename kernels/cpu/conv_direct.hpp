// Direct convolution: what is compiled once for each instruction set, and what it is told.
//
// Forward and input gradient are products of gathered rows and packed weights: kernels/cpu/gemm_large.hpp. The rows of
// an output pixel are its window's pixels where they lie in memory; K runs over the kernel's rows, columns and then
// channels. Output pixels whose taps differ (the gradient by the input of a convolution with a stride) are classes, each
// with packed weights of its own.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lepton/core/dtype.hpp"

namespace lepton::kernels::cpu {

/// Where a kernel place's weights go: to which class, and to which of its taps.
struct DirectTap {
  std::size_t base;    ///< the class's bytes in the packed weights of a group
  std::int64_t depth;  ///< the class's K
  std::int64_t index;  ///< the tap is K's [index, index + 1) * padded channels
};

/// Packs panels [panel0, panel1) of one group's weights for gemm_block. The weight of column j, channel c and kernel
/// place t is at weight + j * column_step + c * channel_step + t.
struct DirectPack {
  const float* weight;
  std::int64_t column_step, channel_step;
  std::int64_t columns, channels, padded;  ///< padded: channels, with bf16 even
  const DirectTap* taps;
  std::int64_t tap_count;
  char* to;
  std::int64_t panel0, panel1;
};

/// Units of k of the weight gradient that are summed in one go: pixels of the output, or pairs of pixels of a row.
inline constexpr std::int64_t kDirectUnits = 128;

/// The units of rows x columns pixels of g, as tiles of the output's channels want them.
struct DirectGradRows {
  const float* g;                                    ///< the first pixel's first channel
  std::int64_t rows, columns, row_step, pixel_step;  ///< steps in floats
  std::int64_t channels;
  void* to;  ///< units times channels, padded to whole tiles
};

/// c[i, s * width + j] = (or += where `accumulate`) sum over units u of b(u, i) * rows[s * units + u][j] for all i <
/// count, segments s and j < width; c's rows are padded to whole tiles. What is broadcast, b, comes as tiles from
/// DirectGradRows, or, where `step` is not 0, as rows of f32 that are `step` apart, padded to whole tiles.
struct DirectWeightBlock {
  const void* broadcast;
  std::int64_t step;
  const void* const* rows;
  std::int64_t units, segments, width, count;
  float* c;
  std::int64_t ldc;
  bool accumulate;
};

/// dw[i * row_step + c * channel_step + t] = sum over shards of partial[shard * shard_step + i * ldc + t * tap_step + c],
/// for i < rows, c < channels, t < taps.
struct DirectWeightSum {
  const float* partial;
  std::int64_t shards, shard_step, ldc, tap_step, rows, channels, taps;
  float* dw;
  std::int64_t row_step, channel_step;
};

/// A row of a picture as pairs of pixels `step` apart: to[q][c] = (x[q - before][c], x[q - before + step][c]), for
/// `columns` of q, with zeros outside of the picture's `width` columns.
struct DirectPairs {
  const float* x;
  std::int64_t width, channels, step, before, columns;
  std::uint32_t* to;
};

/// to[u * to_step + s * width + j] = rows[s * units + u][j]: whole windows side by side. Up to a vector behind the end of a
/// window is written, too.
struct DirectGather {
  const void* const* rows;
  std::int64_t units, segments, width;
  std::uint32_t* to;
  std::int64_t to_step;
};

// The functions named _bf16 make and take numbers rounded to bf16.
#define LEPTON_DIRECT_BF16                                      \
  void direct_pack_bf16(const DirectPack& args);                \
  void direct_grad_rows_bf16(const DirectGradRows& args);       \
  void direct_weight_block_bf16(const DirectWeightBlock& args); \
  void direct_pairs(const DirectPairs& args);

#define LEPTON_DIRECT                                      \
  void direct_pack(const DirectPack& args);                \
  void direct_grad_rows(const DirectGradRows& args);       \
  void direct_weight_block(const DirectWeightBlock& args); \
  void direct_weight_sum(const DirectWeightSum& args);     \
  void direct_gather(const DirectGather& args);            \
  LEPTON_DIRECT_BF16

namespace v3 {
LEPTON_DIRECT
}
namespace v4 {
LEPTON_DIRECT
}
namespace v4bf16 {
LEPTON_DIRECT_BF16
}
#undef LEPTON_DIRECT
#undef LEPTON_DIRECT_BF16

/// Channels of the output that a tile of the weight gradient takes, whatever the instruction set: its rows are padded
/// to a multiple.
inline constexpr std::int64_t kDirectTile = 8;

}  // namespace lepton::kernels::cpu
