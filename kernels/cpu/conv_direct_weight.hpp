// What direct convolution prepares for the gradient by the weight.
#pragma once

#include <algorithm>

#include "kernels/cpu/conv_direct.hpp"
#include "kernels/cpu/conv_direct_plan.hpp"

namespace lepton::kernels::cpu {

/// dw is a product: of g's channels, which are broadcast, and windows of x, which are taken in vectors.
struct DirectWeightState {
  GatherAxis rows, columns;
  std::int64_t images, in, out, groups;
  DType compute;
  bool swapped;   ///< x and g have changed places, in, out and all: a 1x1 convolution may
  bool gathered;  ///< a window's segments are brought together: they are short
  bool in_place;  ///< g is read where it lies, not from tiles
  DirectSource source;
  Taps taps_r, taps_c;           ///< of the first pixel
  std::int64_t segments, width;  ///< of a window; numbers of a segment
  std::int64_t unit;             ///< pixels of a unit
  std::int64_t band_images, band_rows, bands_an_image, bands;
  std::int64_t shards, parts, part;  ///< part: channels of g, for one task
  bool by_picture;  ///< sums grow picture by picture (ConvSums): pictures are large, and the sum is small
  // A thread's scratch memory, and that of the shards' sums, bytes.
  std::size_t rows_bytes, zeros_bytes, tile_bytes, gather_bytes, sum_bytes, copy_bytes, partial_bytes;
  std::int64_t slots;

  std::int64_t depth() const { return in / groups; }
  std::int64_t channels() const { return out / groups; }
  std::int64_t taps() const { return rows.kernel * columns.kernel; }
  std::int64_t window() const { return taps() * depth(); }
  std::int64_t gather_step() const { return (window() + 15) / 16 * 16; }
  std::int64_t units_a_row() const { return (columns.out + unit - 1) / unit; }
  std::int64_t part_size(std::int64_t i) const { return std::min(part, channels() - i * part); }
  /// Whether a sum has the form of the result.
  bool plain() const { return !by_picture && shards == 1 && taps() == 1 && !swapped && channels() % kDirectTile == 0; }
  std::int64_t sum_floats() const { return groups * part * window(); }  // of one task
  std::size_t slot_bytes() const {
    return rows_bytes + zeros_bytes + tile_bytes + gather_bytes + sum_bytes + copy_bytes;
  }
  DirectTask band(std::int64_t i) const {
    const std::int64_t image = i / bands_an_image * band_images, row = i % bands_an_image * band_rows;
    return {image, std::min(images, image + band_images), row, std::min(rows.out, row + band_rows)};
  }
  /// The input's rows that output rows [first, last) read.
  DirectReach rows_read(std::int64_t first, std::int64_t last) const {
    const std::int64_t begin = rows.all(first).first;
    const std::int64_t end = rows.all(last - 1).first + (rows.kernel - 1) * rows.dilation + 1;
    const std::int64_t inside = std::clamp<std::int64_t>(begin, 0, rows.in);
    return {inside, std::clamp<std::int64_t>(end, inside, rows.in)};
  }
};

DirectWeightState* make_direct_weight(const ConvShape& shape);

}  // namespace lepton::kernels::cpu
