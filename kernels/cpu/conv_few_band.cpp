// Convolution of pictures with few channels: a band of lines, forward and by weight.
#include "kernels/cpu/conv_few.hpp"
#include "kernels/cpu/conv_few_tile.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

using Lane = Vec<float>;

constexpr std::int64_t kLanes = Lane::kLanes;

/// Adds the products of kM windows, whose places `at` knows, and kN vectors of outputs.
template <int kM, int kN, class At>
LEPTON_INLINE void add_windows(const FewWindow& window, const float* x, At at, const float* w, Lane (&sum)[kM][kN]) {
  for (std::int64_t k = 0, size = window.size(); k < size; ++k, w += kN * kLanes) {
    const float* const first = x + window.offsets[k];
    Lane weight[kN];
    unrolled<kN>([&](auto j) LEPTON_ALWAYS { weight[j] = Lane::load(w + j * kLanes); });
    unrolled<kM>([&](auto i) LEPTON_ALWAYS {
      const Lane number(first[at(i)]);
      unrolled<kN>([&](auto j) LEPTON_ALWAYS { sum[i][j] = fma(number, weight[j], sum[i][j]); });
    });
  }
}

struct Forward {
  using Tile = void (*)(const FewWindow&, const float*, std::int64_t, const float*, const float*, const FewResult&);

  /// kM pixels of kN vectors of outputs.
  template <int kM, int kN>
  static void run(const FewWindow& window, const float* x, std::int64_t pixel_step, const float* w, const float* bias,
                  const FewResult& to) {
    Lane sum[kM][kN];
    few_fetch<kM, kN>(to);
    few_start(bias, to.tail, sum);
    add_windows(window, x, FewRow{pixel_step}, w, sum);
    few_store(to, sum);
  }
};

struct Pooled {
  using Tile = void (*)(const FewWindow&, const float*, FewSquares, const float*, const float*, const FewPool&,
                        std::int64_t, std::int64_t, std::int64_t);

  /// kQ squares of pixels of kN vectors of outputs, which go to `at`.
  template <int kQ, int kN>
  static void run(const FewWindow& window, const float* x, FewSquares squares, const float* w, const float* bias,
                  const FewPool& pool, std::int64_t at, std::int64_t out, std::int64_t tail) {
    Lane sum[4 * kQ][kN];
    few_start(bias, tail, sum);
    add_windows(window, x, squares, w, sum);
    few_pool(pool, at, out, tail, sum);
  }
};

struct ByWeight {
  using Tile = void (*)(const FewBand&, const float*, const float*, std::int64_t, std::int64_t, float*);

  /// sums[i][j] += over a band x[i] * g[j], for kM neighbouring numbers of the windows and kN vectors of outputs.
  template <int kM, int kN>
  static void run(const FewBand& band, const float* x, const float* g, std::int64_t out, std::int64_t tail,
                  float* sums) {
    Lane sum[kM][kN];
#pragma GCC unroll 16
    for (int i = 0; i < kM; ++i)
#pragma GCC unroll 2
      for (int j = 0; j < kN; ++j) sum[i][j] = Lane(0);
    const std::int64_t step = band.pixel_step, next_line = band.line_step - band.pixels * step;
    // One loop over all lines, and all others unrolled at once: else the compiler keeps the sums in memory.
    for (std::int64_t left = band.lines * band.pixels, pixel = band.pixels; left > 0; --left, x += step, g += out) {
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
};

}  // namespace

void few_band(const FewWindow& window, const FewBand& band, std::int64_t out, const float* packed,
              const float* bias, float* y, const float* end) {
  const auto* const x = static_cast<const float*>(band.x);
  for (std::int64_t line = 0; line < band.lines; ++line)
    for_few_panels(out, [&](std::int64_t o, bool two, std::int64_t tail) {
      for_few_parts(band.pixels, kFewRows, [&](std::int64_t pixel, std::int64_t count) {
        few_tile_of<Forward>(kFewTiles, count, two)(
            window, x + line * band.line_step + pixel * band.pixel_step, band.pixel_step, packed + o * window.size(),
            bias ? bias + o : nullptr, {y + (line * band.pixels + pixel) * out + o, out, tail, end});
      });
    });
  if (!end) _mm_sfence();
}

void few_pooled_band(const FewWindow& window, const FewBand& band, std::int64_t out, const float* packed,
                     const float* bias, const FewPool& pool) {
  const FewSquares squares{band.pixel_step, band.line_step};
  for (std::int64_t line = 0; line < band.lines / 2; ++line) {
    const float* const x = static_cast<const float*>(band.x) + 2 * line * band.line_step;
    for_few_panels(out, [&](std::int64_t o, bool two, std::int64_t tail) {
      for_few_parts(pool.pixels, kFewSquares, [&](std::int64_t pixel, std::int64_t count) {
        few_tile_of<Pooled>(kFewPoolTiles, count, two)(window, x + 2 * pixel * band.pixel_step, squares,
                                                       packed + o * window.size(), bias ? bias + o : nullptr, pool,
                                                       (line * pool.pixels + pixel) * out + o, out, tail);
      });
    });
  }
}

void few_weight_band(const FewWindow& window, const FewBand& band, std::int64_t out, const float* g,
                     float* sums) {
  const auto* const first = static_cast<const float*>(band.x);
  for_few_panels(out, [&](std::int64_t o, bool two, std::int64_t tail) {
    const std::int64_t width = two ? kFewPanel : kLanes;
    float* to = sums + o * window.size();
    for (std::int64_t r = 0; r < window.rows * window.runs; ++r, to += window.run * width) {
      const float* const x = first + r / window.runs * window.row_step + r % window.runs * window.run_step;
      for_few_parts(window.run, kFewRows, [&](std::int64_t t, std::int64_t count) {
        few_tile_of<ByWeight>(kFewTiles, count, two)(band, x + t, g + o, out, tail, to + t * width);
      });
    }
  });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
