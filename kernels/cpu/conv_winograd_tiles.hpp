// Winograd's tiles: pixels in and out, whatever their place in the picture.
#pragma once

#include "kernels/cpu/conv_winograd_transform.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// A square of pixels of a channels-last picture, some of which may lie outside it.
struct Square {
  const float* corner;                        // its first pixel, maybe outside
  std::int64_t row_step, column_step;         // floats from pixel to pixel
  std::int64_t row0, row1, column0, column1;  // what lies inside the picture
};

/// The kSize x kSize pixels of [n, h, w, channels] from (row, column) on, which may be negative.
template <int kSize>
LEPTON_INLINE Square square_at(const float* pictures, std::int64_t n, std::int64_t h, std::int64_t w,
                               std::int64_t channels, std::int64_t row, std::int64_t column) {
  const auto clamp = [](std::int64_t v) { return v < 0 ? 0 : v > kSize ? kSize : v; };
  return {pictures + ((n * h + row) * w + column) * channels,
          w * channels,
          channels,
          clamp(-row),
          clamp(h - row),
          clamp(-column),
          clamp(w - column)};
}

/// `count` channels of a square from `channel` on, into `patch`, with zeros where there are none.
template <int kSize>
LEPTON_INLINE void copy_patch(const Square& s, std::int64_t channel, std::int64_t count, float* patch) {
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j) {
      const bool there = i >= s.row0 && i < s.row1 && j >= s.column0 && j < s.column1;
      const float* const from = s.corner + i * s.row_step + j * s.column_step + channel;
      const Lane v = !there                  ? Lane(0)
                     : count >= Lane::kLanes ? Lane::load(from)
                                             : Lane::load_partial(from, count);
      v.store(patch + (i * kSize + j) * Lane::kLanes);
    }
}

/// Rows of pixels. The compiler is kept from making an address a pixel beforehand, which would fill its registers.
struct Pixels {
  const float* from;
  std::int64_t row_step, column_step;

  struct Row {
    const float* from;
    std::int64_t step;
    LEPTON_INLINE Lane operator()(int j) const { return Lane::load(from + j * step); }
  };
  LEPTON_INLINE Row operator()(int i) const {
    const float* p = from + i * row_step;
    asm("" : "+r"(p));
    return {p, column_step};
  }
};

/// Calls transform(pixels, vector) for each vector of channels of a square.
template <int kSize, class Transform>
LEPTON_INLINE void for_channels(const Square& s, std::int64_t channels, Transform&& transform) {
  alignas(64) float patch[kSize * kSize * Lane::kLanes];
  const bool inside = s.row0 == 0 && s.column0 == 0 && s.row1 == kSize && s.column1 == kSize;
  for (std::int64_t c = 0; c < channels; c += Lane::kLanes) {
    Pixels pixels{s.corner + c, s.row_step, s.column_step};
    if (!inside || channels - c < Lane::kLanes) {
      copy_patch<kSize>(s, c, channels - c, patch);
      pixels = {patch, kSize * Lane::kLanes, Lane::kLanes};
    }
    transform(pixels, c / Lane::kLanes);
  }
}

/// The squares of a block, as frequencies.
LEPTON_INLINE void transform_input(const WinogradSizes& s, const WinogradBlock& b, const float* x, float* v) {
  for_tiles(
      s, b, s.in_padded, [&](std::int64_t place, std::int64_t n, std::int64_t row, std::int64_t column) {
        const Square square = square_at<6>(x, n, s.ih, s.iw, s.in, row * kWinogradTile - s.pad_h,
                                           column * kWinogradTile - s.pad_w);
        for_channels<6>(
            square, s.in, [&](const Pixels& pixels, std::int64_t vector) __attribute__((always_inline)) {
              float* const to = v + place + vector * kVectorStep;
              input_transform(
                  pixels, [&](int i, int j, Lane value) __attribute__((always_inline)) {
                    value.store(to + (i * 6 + j) * kFrequencyStep);
                  });
            });
      });
}

/// One tile's vector of channels: `count` channels, rows x columns pixels of it.
LEPTON_INLINE void store_tile(const Lane (&p)[4][4], float* y, std::int64_t row_step,
                              std::int64_t column_step, std::int64_t rows, std::int64_t columns,
                              std::int64_t count) {
  if (rows == 4 && columns == 4 && count >= Lane::kLanes) {
    for (int i = 0; i < 4; ++i, y += row_step)
      for (int j = 0; j < 4; ++j) p[i][j].store(y + j * column_step);
    return;
  }
  const std::int64_t n = count < Lane::kLanes ? count : Lane::kLanes;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j)
      if (i < rows && j < columns) p[i][j].store_partial(y + i * row_step + j * column_step, n);
}

/// A block's frequencies m, of vectors [outs.begin, outs.end) of channels, to pixels of y.
LEPTON_INLINE void transform_output(const WinogradSizes& s, const WinogradBlock& b, const WinogradRange& outs,
                                    const float* m, const float* bias, float* y) {
  for_tiles(s, b, (outs.end - outs.begin) * Lane::kLanes,
            [&](std::int64_t place, std::int64_t n, std::int64_t row, std::int64_t column) {
              const std::int64_t h = row * kWinogradTile, w = column * kWinogradTile;
              float* const corner = y + ((n * s.oh + h) * s.ow + w) * s.out;
              for (std::int64_t out = outs.begin; out < outs.end; ++out) {
                const std::int64_t c = out * Lane::kLanes;
                const float* const from = m + place + (out - outs.begin) * kVectorStep;
                Lane p[4][4];
                output_transform(
                    [&](int i, int j) __attribute__((always_inline)) {
                      return Lane::load(from + (i * 6 + j) * kFrequencyStep);
                    },
                    p);
                if (bias) {
                  const Lane add = s.out - c >= Lane::kLanes ? Lane::load(bias + c)
                                                             : Lane::load_partial(bias + c, s.out - c);
                  for (auto& line : p)
                    for (Lane& e : line) e += add;
                }
                store_tile(p, corner + c, s.ow * s.out, s.out, s.oh - h, s.ow - w, s.out - c);
              }
            });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
