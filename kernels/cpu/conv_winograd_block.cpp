// Winograd forward: a block of tiles to frequencies, products, and back to pixels, while everything is in cache.
#include "kernels/cpu/conv_winograd.hpp"
#include "kernels/cpu/conv_winograd_product.hpp"
#include "kernels/cpu/conv_winograd_tiles.hpp"
#include "kernels/cpu/transpose.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// visit(tile's number in the block, picture, row and column of the tile)
template <class Visit> LEPTON_INLINE void for_tiles(const WinogradSizes& s, const WinogradBlock& b, Visit&& visit) {
  std::int64_t t = 0;
  for (std::int64_t row = b.row0; row < b.row1; ++row)
    for (std::int64_t column = b.column0; column < b.column1; ++column, ++t)
      visit(t, row / s.rows, row % s.rows, column);
}

void transform_input(const WinogradSizes& s, const WinogradBlock& b, const float* x, float* v) {
  for_tiles(s, b, [&](std::int64_t t, std::int64_t n, std::int64_t row, std::int64_t column) {
    const Square square = square_at<6>(x, n, s.ih, s.iw, s.in, row * kWinogradTile - s.pad_h,
                                       column * kWinogradTile - s.pad_w);
    for_channels<6>(square, s.in, [&](auto load, std::int64_t c) __attribute__((always_inline)) {
      float* const to = v + t * s.in_padded + c;
      input_transform(load, [&](int i, int j, Lane value) __attribute__((always_inline)) {
        value.store(to + (i * 6 + j) * s.in_step);
      });
    });
  });
}

void multiply(const WinogradSizes& s, std::int64_t tiles, const float* v, const float* packed, float* m) {
  for (std::int64_t f = 0; f < kFrequencies; ++f) {
    const float *a = v + f * s.in_step, *b = packed + f * s.in * s.out_padded;
    float* const c = m + f * s.out_step;
    for (std::int64_t o = 0; o < s.out_padded; o += kPanel) {
      if (s.out_padded - o >= kPanel) product_panel<2>(a, s.in_padded, b + o * s.in, c + o, s.out_padded, tiles, s.in);
      else product_panel<1>(a, s.in_padded, b + o * s.in, c + o, s.out_padded, tiles, s.in);
    }
  }
}

/// One tile's vector of channels: `count` channels, rows x columns pixels of it.
LEPTON_INLINE void store_tile(const Lane (&p)[4][4], float* y, std::int64_t row_step, std::int64_t column_step,
                              std::int64_t rows, std::int64_t columns, std::int64_t count) {
  if (rows == 4 && columns == 4 && count >= Lane::kLanes) {
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) p[i][j].store(y + i * row_step + j * column_step);
    return;
  }
  const std::int64_t n = count < Lane::kLanes ? count : Lane::kLanes;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j)
      if (i < rows && j < columns) p[i][j].store_partial(y + i * row_step + j * column_step, n);
}

void transform_output(const WinogradSizes& s, const WinogradBlock& b, const float* m, const float* bias, float* y) {
  for_tiles(s, b, [&](std::int64_t t, std::int64_t n, std::int64_t row, std::int64_t column) {
    const std::int64_t h = row * kWinogradTile, w = column * kWinogradTile;
    float* const corner = y + ((n * s.oh + h) * s.ow + w) * s.out;
    for (std::int64_t c = 0; c < s.out; c += Lane::kLanes) {
      const float* const from = m + t * s.out_padded + c;
      Lane p[4][4];
      output_transform([&](int i, int j) __attribute__((always_inline)) { return Lane::load(from + (i * 6 + j) * s.out_step); }, p);
      if (bias) {
        const Lane add = s.out - c >= Lane::kLanes ? Lane::load(bias + c) : Lane::load_partial(bias + c, s.out - c);
        for (auto& line : p)
          for (Lane& e : line) e += add;
      }
      store_tile(p, corner + c, s.ow * s.out, s.out, s.oh - h, s.ow - w, s.out - c);
    }
  });
}

/// Nine taps of kLanes outputs from `out` on, as [tap][out], zeros where there is no such output.
void gather_taps(const WinogradWeight& w, const float* from, std::int64_t count, float* taps) {
  constexpr std::int64_t kLanes = Lane::kLanes;
  std::int64_t o = 0;
  for (; o + 8 <= count && o < kLanes; o += 8) {
    transpose_8x8(from + o * w.out_step, w.out_step, taps + o, kLanes);
    for (int k = 0; k < 8; ++k) taps[8 * kLanes + o + k] = from[(o + k) * w.out_step + 8];
  }
  for (; o < kLanes; ++o)
    for (int tap = 0; tap < 9; ++tap) taps[tap * kLanes + o] = o < count ? from[o * w.out_step + tap] : 0.0f;
}

}  // namespace

void winograd_pack(const WinogradSizes& s, const WinogradWeight& w, std::int64_t panel, std::int64_t in0, std::int64_t in1,
                   float* to) {
  const std::int64_t out0 = panel * kPanel, left = s.out_padded - out0, width = left < kPanel ? left : kPanel;
  alignas(64) float taps[9 * Lane::kLanes];
  for (std::int64_t in = in0; in < in1; ++in)
    for (std::int64_t o = 0; o < width; o += Lane::kLanes) {
      gather_taps(w, w.weight + (out0 + o) * w.out_step + in * w.in_step, s.out - out0 - o, taps);
      float* const at = to + out0 * s.in + in * width + o;
      weight_transform(
          [&](int i, int j) __attribute__((always_inline)) {
            return Lane::load(taps + (w.turned ? 8 - i * 3 - j : i * 3 + j) * Lane::kLanes);
          },
          [&](int i, int j, Lane value) __attribute__((always_inline)) {
            value.store(at + (i * 6 + j) * s.in * s.out_padded);
          });
    }
}

void winograd_block(const WinogradSizes& s, const WinogradBlock& b, const float* x, const float* packed, const float* bias,
                    float* y, float* scratch) {
  float* const m = scratch + kFrequencies * s.in_step;
  transform_input(s, b, x, scratch);
  multiply(s, (b.row1 - b.row0) * (b.column1 - b.column0), scratch, packed, m);
  transform_output(s, b, m, bias, y);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
