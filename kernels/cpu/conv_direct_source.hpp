// Where a direct convolution finds the pixels of its windows: in the picture, or in a copy with zeros around it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cpu/conv_taps.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels::cpu {

/// How windows are read. Rows of the picture that a window misses are a row of zeros. So are single pixels that it
/// misses, unless its columns are `merged` into one run of memory: then the picture is read from a copy, which has
/// columns of zeros beside it, if any window reaches there. Numbers are rounded in a copy, too.
struct DirectSource {
  enum class Form : std::uint8_t {
    floats,  ///< f32
    bf16,    ///< bf16, an even number a group
    pairs    ///< pairs of bf16 from two neighbouring windows
  };
  std::int64_t height, width, channels, groups;  ///< of the picture in memory
  Form form;
  bool merged, copied;
  std::int64_t padded;           ///< channels of a group in a copy
  std::int64_t before, columns;  ///< zeros before the first column of a copy; its columns
  std::int64_t pair_step;        ///< columns from one of a pair to the other

  std::int64_t unit() const { return form == Form::bf16 ? 2 : 4; }  ///< bytes of a number, or a pair
  std::int64_t pixel_bytes() const { return (copied ? padded * groups : channels) * unit(); }
  std::int64_t group_bytes() const { return (copied ? padded : channels / groups) * unit(); }
  std::int64_t row_bytes() const { return (copied ? columns : width) * pixel_bytes(); }
};

/// Which of the picture's columns the windows of the whole axis touch, the first and behind the last, at least all.
struct DirectReach {
  std::int64_t first, last;
};
DirectReach direct_reach(const GatherAxis& columns);

/// Some rows of some pictures, ready to be read.
struct DirectView {
  const DirectSource* source;
  const char* memory;
  std::int64_t image0, row0, rows;  ///< what memory begins with, and rows an image there

  const char* at(std::int64_t image, std::int64_t row, std::int64_t column) const {
    const DirectSource& s = *source;
    return memory + ((image - image0) * rows + row - row0) * s.row_bytes() +
           (column + (s.copied ? s.before : 0)) * s.pixel_bytes();
  }
};

/// Rows [row0, row0 + rows) of images [image0, image1) of x: in place, or copied to `copy`.
DirectView direct_view(const DirectSource& source, const float* x, std::int64_t image0, std::int64_t image1,
                       std::int64_t row0, std::int64_t rows, char* copy);

/// Some output pixels of a row: `count` of them, whose first tap's column moves by `advance` from one to the next.
struct DirectPixels {
  std::int64_t image;
  Taps rows, columns;  ///< of the first pixel, those in the padding too
  std::int64_t advance, count;
};

/// Segments of a window: runs of memory that follow one another along K.
inline std::int64_t direct_segments(const DirectSource& s, const Taps& rows, const Taps& columns) {
  return rows.count * (s.merged ? (columns.count > 0 ? 1 : 0) : columns.count);
}

/// rows[s * step + i] = where segment s of pixel i begins for the first group.
void direct_rows(const DirectView& view, const DirectPixels& pixels, const void* zeros, const void** rows,
                 std::int64_t step);

}  // namespace lepton::kernels::cpu
