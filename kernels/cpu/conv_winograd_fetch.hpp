// Fetching pixels into the cache while products keep the arithmetic units busy and the memory idle.
#pragma once

#include "kernels/cpu/conv_winograd_layout.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// The pixels of a block of tiles, a cache line at a time. `border` rows and columns around the 4x4 pixels of a tile
/// belong to it: 0 where they are written, 2 where they are read, of which `pad` lie before.
class Fetch {
 public:
  LEPTON_INLINE Fetch(const WinogradSizes& s, const WinogradBlock& b, const float* pictures, std::int64_t h,
                      std::int64_t w, std::int64_t channels, std::int64_t border, std::int64_t pad_h,
                      std::int64_t pad_w)
      : pictures_(pictures),
        h_(h),
        border_(border),
        pad_(pad_h),
        rows_(s.rows),
        row_(b.row0),
        last_row_(b.row1),
        line_step_(w * channels) {
    const std::int64_t column0 = at_least_0(b.column0 * kWinogradTile - pad_w);
    const std::int64_t column1 = b.column1 * kWinogradTile - pad_w + border;
    offset_ = column0 * channels;
    length_ = ((column1 < w ? column1 : w) - column0) * channels;
    next_tile_row();
  }

  /// Lines of memory, about.
  LEPTON_INLINE std::int64_t lines() const { return (last_row_ - row_) * kWinogradTile * (length_ / 16 + 1); }

  /// Fetches the next `count` lines, or what is left.
  LEPTON_INLINE void operator()(std::int64_t count) {
    while (count-- > 0 && row_ < last_row_) {
      _mm_prefetch(reinterpret_cast<const char*>(pixel_), _MM_HINT_T0);
      pixel_ += 16;
      if (pixel_ < end_) continue;
      if (++line_ < last_line_) next_line();
      else ++row_, next_tile_row();
    }
  }

 private:
  static LEPTON_INLINE std::int64_t at_least_0(std::int64_t v) { return v < 0 ? 0 : v; }

  /// The lines of a row of tiles but for those that it shares with the one before.
  LEPTON_INLINE void next_tile_row() {
    if (row_ >= last_row_) return;
    const std::int64_t row = row_ % rows_, start = row * kWinogradTile - pad_;
    line_ = at_least_0(row > 0 ? start + border_ : start);
    last_line_ = start + kWinogradTile + border_ < h_ ? start + kWinogradTile + border_ : h_;
    next_line();
  }
  LEPTON_INLINE void next_line() {
    pixel_ = pictures_ + (row_ / rows_ * h_ + line_) * line_step_ + offset_;
    end_ = pixel_ + length_;
  }

  const float* pictures_;
  std::int64_t h_, border_, pad_, rows_, row_, last_row_, line_step_;
  std::int64_t offset_, length_, line_ = 0, last_line_ = 0;
  const float *pixel_ = nullptr, *end_ = nullptr;
};

}  // namespace lepton::kernels::cpu::LEPTON_ISA
