// Winograd, forward and input gradient: a block of tiles to frequencies, products, and back to pixels, while everything is in cache.
#include "kernels/cpu/conv_winograd_fetch.hpp"
#include "kernels/cpu/conv_winograd_product.hpp"
#include "kernels/cpu/conv_winograd_tiles.hpp"
#include "kernels/cpu/transpose.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

void multiply(const WinogradSizes& s, const WinogradBlock& block, const float* v, const float* packed, float* m, Fetch fetch_x,
              Fetch fetch_y) {
  const Groups groups(block);
  const std::int64_t in_group = group_step(s.in_padded), out_group = group_step(s.out_padded);
  const std::int64_t products = kFrequencies * ((s.out_padded + kPanel - 1) / kPanel);
  const std::int64_t lines_x = fetch_x.lines() / products + 1, lines_y = fetch_y.lines() / products + 1;
  for (std::int64_t f = 0; f < kFrequencies; ++f)
    for (std::int64_t o = 0; o < s.out_padded; o += kPanel) {
      const float *a = v + f * kFrequencyStep, *b = packed + (f * s.out_padded + o) * s.in;
      float* const c = m + f * kFrequencyStep + o / Lane::kLanes * kVectorStep;
      fetch_y(lines_y);
      fetch_x(lines_x);
      for (std::int64_t g = 0; g < groups.count; ++g)
        product_of(groups.size(g), s.out_padded - o >= kPanel)(a + g * in_group, b, c + g * out_group, s.in);
    }
}

/// One tile's vector of channels: `count` channels, rows x columns pixels of it.
LEPTON_INLINE void store_tile(const Lane (&p)[4][4], float* y, std::int64_t row_step, std::int64_t column_step,
                              std::int64_t rows, std::int64_t columns, std::int64_t count) {
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

void transform_output(const WinogradSizes& s, const WinogradBlock& b, const float* m, const float* bias, float* y) {
  for_tiles(s, b, s.out_padded, [&](std::int64_t place, std::int64_t n, std::int64_t row, std::int64_t column) {
    const std::int64_t h = row * kWinogradTile, w = column * kWinogradTile;
    float* const corner = y + ((n * s.oh + h) * s.ow + w) * s.out;
    for (std::int64_t c = 0; c < s.out; c += Lane::kLanes) {
      const float* const from = m + place + c / Lane::kLanes * kVectorStep;
      Lane p[4][4];
      output_transform([&](int i, int j) __attribute__((always_inline)) { return Lane::load(from + (i * 6 + j) * kFrequencyStep); }, p);
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

void winograd_block(const WinogradSizes& s, const WinogradBlock& b, const WinogradBlock& next, const float* x,
                    const float* packed, const float* bias, float* y, float* scratch) {
  float* const m = scratch + Groups(b).count * group_step(s.in_padded);
  transform_input(s, b, x, scratch);
  multiply(s, b, scratch, packed, m, Fetch(s, next, x, s.ih, s.iw, s.in, 2, s.pad_h, s.pad_w),
           Fetch(s, b, y, s.oh, s.ow, s.out, 0, 0, 0));
  transform_output(s, b, m, bias, y);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
