// Convolution of pictures with few channels: a band of lines, forward and by weight.
#include <utility>

#include "kernels/cpu/conv_few.hpp"
#include "kernels/cpu/vec.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

using Lane = Vec<float>;

constexpr int kRows = LEPTON_AVX512 ? 12 : 6;  // pixels, or numbers of a window, whose sums are in registers
constexpr std::int64_t kLanes = Lane::kLanes, kPanel = 2 * kLanes;
constexpr std::int64_t kAhead = 1 << 10;  // floats of y that are fetched before they are written

/// Where the results of a tile go: `tail` outputs of the last vector.
struct FewResult {
  float* y;
  std::int64_t out, tail;
  const float* end;  // of what is fetched before it is written; null: results go around the cache
};

/// kM pixels of kN vectors of outputs.
template <int kM, int kN>
void few_tile(const FewWindow& window, const float* x, std::int64_t pixel_step, const float* w,
              const float* bias, const FewResult& to) {
  Lane sum[kM][kN];
  for (int j = 0; j < kN; ++j) {
    const Lane start = !bias        ? Lane(0)
                       : j + 1 < kN ? Lane::load(bias + j * kLanes)
                                    : Lane::load_partial(bias + j * kLanes, to.tail);
    for (int i = 0; i < kM; ++i) {
      sum[i][j] = start;
      const float* const later = to.y + i * to.out + j * kLanes + kAhead;
      if (later < to.end) _mm_prefetch(reinterpret_cast<const char*>(later), _MM_HINT_T0);
    }
  }
  for (std::int64_t k = 0, size = window.size(); k < size; ++k, w += kN * kLanes) {
    const std::int64_t offset = window.offsets[k];
    Lane weight[kN];
    for (int j = 0; j < kN; ++j) weight[j] = Lane::load(w + j * kLanes);
    for (int i = 0; i < kM; ++i) {
      const Lane number(x[offset + i * pixel_step]);
      for (int j = 0; j < kN; ++j) sum[i][j] = fma(number, weight[j], sum[i][j]);
    }
  }
  for (int i = 0; i < kM; ++i)
    for (int j = 0; j < kN; ++j) {
      float* const y = to.y + i * to.out + j * kLanes;
      if (!to.end) LEPTON_MM(stream_ps)(y, sum[i][j].v);
      else if (j + 1 < kN || to.tail == kLanes) sum[i][j].store(y);
      else sum[i][j].store_partial(y, to.tail);
    }
}

/// sums[i][j] += over a band x[i] * g[j], for kM neighbouring numbers of the windows and kN vectors of outputs.
template <int kM, int kN>
void few_weight_tile(const FewBand& band, const float* x, const float* g, std::int64_t out, std::int64_t tail,
                     float* sums) {
  Lane sum[kM][kN];
#pragma GCC unroll 16
  for (int i = 0; i < kM; ++i)
#pragma GCC unroll 2
    for (int j = 0; j < kN; ++j) sum[i][j] = Lane(0);
  const std::int64_t step = band.pixel_step, next_line = band.line_step - band.pixels * step;
  // One loop over all lines, and all others unrolled at once: else the compiler keeps the sums in memory.
  for (std::int64_t left = band.lines * band.pixels, pixel = band.pixels; left > 0;
       --left, x += step, g += out) {
    Lane row[kN];
    for (int j = 0; j + 1 < kN; ++j) row[j] = Lane::load(g + j * kLanes);
    row[kN - 1] =
        tail == kLanes ? Lane::load(g + (kN - 1) * kLanes) : Lane::load_partial(g + (kN - 1) * kLanes, tail);
#pragma GCC unroll 16
    for (int i = 0; i < kM; ++i) {
      const Lane number(x[i]);
#pragma GCC unroll 2
      for (int j = 0; j < kN; ++j) sum[i][j] = fma(number, row[j], sum[i][j]);
    }
    if (--pixel == 0) pixel = band.pixels, x += next_line;
  }
#pragma GCC unroll 16
  for (int i = 0; i < kM; ++i)
#pragma GCC unroll 2
    for (int j = 0; j < kN; ++j) {
      float* const to = sums + (i * kN + j) * kLanes;
      (Lane::load(to) + sum[i][j]).store(to);
    }
}

using FewTile = void (*)(const FewWindow&, const float*, std::int64_t, const float*, const float*,
                         const FewResult&);
using FewWeightTile = void (*)(const FewBand&, const float*, const float*, std::int64_t, std::int64_t,
                               float*);

template <int kN, int... kM>
LEPTON_INLINE FewTile tile_of(std::integer_sequence<int, kM...>, std::int64_t pixels) {
  static constexpr FewTile table[] = {few_tile<kM + 1, kN>...};
  return table[pixels - 1];
}
template <int kN, int... kM>
LEPTON_INLINE FewWeightTile weight_tile_of(std::integer_sequence<int, kM...>, std::int64_t numbers) {
  static constexpr FewWeightTile table[] = {few_weight_tile<kM + 1, kN>...};
  return table[numbers - 1];
}

constexpr std::make_integer_sequence<int, kRows> kTiles{};

/// visit(first, size) for even parts of `count`, each at most kRows.
template <class Visit> LEPTON_INLINE void for_parts(std::int64_t count, Visit&& visit) {
  for (std::int64_t i = 0, parts = (count + kRows - 1) / kRows; parts > 0; --parts) {
    const std::int64_t size = (count - i + parts - 1) / parts;
    visit(i, size);
    i += size;
  }
}

/// visit(first output, whether there are two vectors of them, outputs in the last) for every panel.
template <class Visit> LEPTON_INLINE void for_panels(std::int64_t out, Visit&& visit) {
  for (std::int64_t o = 0; o < out; o += kPanel) {
    const std::int64_t left = out - o < kPanel ? out - o : kPanel;
    const bool two = left > kLanes;
    visit(o, two, two ? left - kLanes : left);
  }
}

}  // namespace

void few_band(const FewWindow& window, const FewBand& band, std::int64_t out, const float* packed,
              const float* bias, float* y, const float* end) {
  for (std::int64_t line = 0; line < band.lines; ++line)
    for_panels(out, [&](std::int64_t o, bool two, std::int64_t tail) {
      const float* const w = packed + o * window.size();
      for_parts(band.pixels, [&](std::int64_t pixel, std::int64_t count) {
        const FewTile tile = two ? tile_of<2>(kTiles, count) : tile_of<1>(kTiles, count);
        tile(window, band.x + line * band.line_step + pixel * band.pixel_step, band.pixel_step, w,
             bias ? bias + o : nullptr, {y + (line * band.pixels + pixel) * out + o, out, tail, end});
      });
    });
  if (!end) _mm_sfence();
}

void few_weight_band(const FewWindow& window, const FewBand& band, std::int64_t out, const float* g,
                     float* sums) {
  for_panels(out, [&](std::int64_t o, bool two, std::int64_t tail) {
    const std::int64_t width = two ? kPanel : kLanes;
    float* to = sums + o * window.size();
    for (std::int64_t r = 0; r < window.rows * window.runs; ++r, to += window.run * width) {
      const float* const x = band.x + r / window.runs * window.row_step + r % window.runs * window.run_step;
      for_parts(window.run, [&](std::int64_t t, std::int64_t count) {
        const FewWeightTile tile = two ? weight_tile_of<2>(kTiles, count) : weight_tile_of<1>(kTiles, count);
        tile(band, x + t, g + o, out, tail, to + t * width);
      });
    }
  });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
