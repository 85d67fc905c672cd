// Convolution of pictures with few channels and factors rounded to bf16: a band of lines, forward and by weight. Compiled
// once for each instruction set, v4bf16 included.
#include "kernels/cpu/bf16.hpp"
#include "kernels/cpu/conv_few.hpp"
#include "kernels/cpu/conv_few_tile.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

using V = Vec<float>;

constexpr std::int64_t kLanes = V::kLanes;

/// The two neighbours at x in every lane.
LEPTON_INLINE Pairs pair_at(const std::uint16_t* x) {
  std::uint32_t both;
  __builtin_memcpy(&both, x, sizeof both);
  return Pairs(both);
}

/// The number at x twice, of which one meets a zero.
LEPTON_INLINE Pairs twice(const std::uint16_t* x) {
  return Pairs(reinterpret_cast<Pairs::Raw>(LEPTON_MM(set1_epi16)(short(*x))));
}

/// Adds the products of kM windows, whose places `at` knows, and kN vectors of outputs.
template <int kM, int kN, class At>
LEPTON_INLINE void add_windows(const FewWindow& window, const std::uint16_t* x, At at, const std::uint32_t* w,
                               V (&sum)[kM][kN]) {
  const auto add = [&](auto number, const std::uint16_t* first) LEPTON_ALWAYS {
    Pairs weight[kN];
    unrolled<kN>([&](auto j) LEPTON_ALWAYS { weight[j] = Pairs::load(w + j * kLanes); });
    unrolled<kM>([&](auto i) LEPTON_ALWAYS {
      const Pairs both = number(first + at(i));
      unrolled<kN>([&](auto j) LEPTON_ALWAYS { sum[i][j] = dot_pairs(both, weight[j], sum[i][j]); });
    });
    w += kN * kLanes;
  };
  const std::int64_t* offset = window.pair_offsets;
  for (const std::int64_t* const end = offset + window.pairs; offset < end; ++offset) add(pair_at, x + *offset);
  for (const std::int64_t* const end = offset + window.lasts; offset < end; ++offset) add(twice, x + *offset);
}

struct Forward {
  using Tile = void (*)(const FewWindow&, const std::uint16_t*, std::int64_t, const std::uint32_t*, const float*,
                        const FewResult&);

  /// kM pixels of kN vectors of outputs.
  template <int kM, int kN>
  static void run(const FewWindow& window, const std::uint16_t* x, std::int64_t pixel_step, const std::uint32_t* w,
                  const float* bias, const FewResult& to) {
    V sum[kM][kN];
    few_fetch<kM, kN>(to);
    few_start(bias, to.tail, sum);
    add_windows(window, x, FewRow{pixel_step}, w, sum);
    few_store(to, sum);
  }
};

struct Pooled {
  using Tile = void (*)(const FewWindow&, const std::uint16_t*, FewSquares, const std::uint32_t*, const float*,
                        const FewPool&, std::int64_t, std::int64_t, std::int64_t);

  /// kQ squares of pixels of kN vectors of outputs, which go to `at`.
  template <int kQ, int kN>
  static void run(const FewWindow& window, const std::uint16_t* x, FewSquares squares, const std::uint32_t* w,
                  const float* bias, const FewPool& pool, std::int64_t at, std::int64_t out, std::int64_t tail) {
    V sum[4 * kQ][kN];
    few_start(bias, tail, sum);
    add_windows(window, x, squares, w, sum);
    few_pool(pool, at, out, tail, sum);
  }
};

struct ByWeight {
  using Tile = void (*)(const FewBand&, const std::uint32_t*, const std::uint32_t*, std::int64_t, float*);

  /// sums[i][j] += over a band's pairs of pixels x[i] * g[j], for kM neighbouring numbers and kN vectors of outputs.
  template <int kM, int kN>
  static void run(const FewBand& band, const std::uint32_t* x, const std::uint32_t* g, std::int64_t g_step,
                  float* sums) {
    V sum[kM][kN];
#pragma GCC unroll 16
    for (int i = 0; i < kM; ++i)
#pragma GCC unroll 2
      for (int j = 0; j < kN; ++j) sum[i][j] = V(0);
    const std::int64_t pairs = (band.pixels + 1) / 2, step = 2 * band.pixel_step, next_line = band.line_step - pairs * step;
    for (std::int64_t left = band.lines * pairs, pair = pairs; left > 0; --left, x += step, g += g_step) {
      Pairs row[kN];
      for (int j = 0; j < kN; ++j) row[j] = Pairs::load(g + j * kLanes);
#pragma GCC unroll 16
      for (int i = 0; i < kM; ++i) {
        const Pairs both(x[i]);
#pragma GCC unroll 2
        for (int j = 0; j < kN; ++j) sum[i][j] = dot_pairs(both, row[j], sum[i][j]);
      }
      if (--pair == 0) pair = pairs, x += next_line;
    }
#pragma GCC unroll 16
    for (int i = 0; i < kM; ++i)
#pragma GCC unroll 2
      for (int j = 0; j < kN; ++j) {
        float* const to = sums + (i * kN + j) * kLanes;
        (V::load(to) + sum[i][j]).store(to);
      }
  }
};

LEPTON_INLINE std::int64_t whole_vectors(std::int64_t out) { return (out + kLanes - 1) / kLanes * kLanes; }

}  // namespace

void few_band_bf16(const FewWindow& window, const FewBand& band, std::int64_t out, const std::uint32_t* packed,
                   const float* bias, float* y, const float* end) {
  const auto* const x = static_cast<const std::uint16_t*>(band.x);
  const std::int64_t size = window.pairs + window.lasts;
  for (std::int64_t line = 0; line < band.lines; ++line)
    for_few_panels(out, [&](std::int64_t o, bool two, std::int64_t tail) {
      for_few_parts(band.pixels, kFewRows, [&](std::int64_t pixel, std::int64_t count) {
        few_tile_of<Forward>(kFewTiles, count, two)(
            window, x + line * band.line_step + pixel * band.pixel_step, band.pixel_step, packed + o * size,
            bias ? bias + o : nullptr, {y + (line * band.pixels + pixel) * out + o, out, tail, end});
      });
    });
  if (!end) _mm_sfence();
}

void few_pooled_band_bf16(const FewWindow& window, const FewBand& band, std::int64_t out, const std::uint32_t* packed,
                          const float* bias, const FewPool& pool) {
  const FewSquares squares{band.pixel_step, band.line_step};
  for (std::int64_t line = 0; line < band.lines / 2; ++line) {
    const std::uint16_t* const x = static_cast<const std::uint16_t*>(band.x) + 2 * line * band.line_step;
    for_few_panels(out, [&](std::int64_t o, bool two, std::int64_t tail) {
      for_few_parts(pool.pixels, kFewSquares, [&](std::int64_t pixel, std::int64_t count) {
        few_tile_of<Pooled>(kFewPoolTiles, count, two)(window, x + 2 * pixel * band.pixel_step, squares,
                                                       packed + o * (window.pairs + window.lasts), bias ? bias + o : nullptr, pool,
                                                       (line * pool.pixels + pixel) * out + o, out, tail);
      });
    });
  }
}

void few_weight_band_bf16(const FewWindow& window, const FewBand& band, std::int64_t out, const std::uint32_t* g,
                          float* sums) {
  const auto* const first = static_cast<const std::uint32_t*>(band.x);
  for_few_panels(out, [&](std::int64_t o, bool two, std::int64_t) {
    const std::int64_t width = two ? kFewPanel : kLanes;
    float* to = sums + o * window.size();
    for (std::int64_t r = 0; r < window.rows * window.runs; ++r, to += window.run * width) {
      const std::uint32_t* const x = first + r / window.runs * window.row_step + r % window.runs * window.run_step;
      for_few_parts(window.run, kFewRows, [&](std::int64_t t, std::int64_t count) {
        few_tile_of<ByWeight>(kFewTiles, count, two)(band, x + t, g + o, whole_vectors(out), to + t * width);
      });
    }
  });
}

void few_pairs(const float* x, std::int64_t n, std::int64_t step, std::uint32_t* to) {
  for (std::int64_t i = 0; i < n; i += kLanes) {
    const std::int64_t low = n - i < kLanes ? n - i : kLanes, rest = n - i - step;
    const std::int64_t high = rest < 0 ? 0 : rest < kLanes ? rest : kLanes;
    bf16_pairs(V::load_partial(x + i, low), V::load_partial(x + i + step, high)).store_partial(to + i, low);
  }
}

void few_gradient_pairs(const float* g, std::int64_t lines, std::int64_t pixels, std::int64_t out,
                        std::uint32_t* to) {
  for (std::int64_t line = 0; line < lines; ++line, g += pixels * out)
    for (std::int64_t pixel = 0; pixel < pixels; pixel += 2)
      for (std::int64_t o = 0; o < out; o += kLanes, to += kLanes) {
        const float* const low = g + pixel * out + o;
        const std::int64_t n = out - o < kLanes ? out - o : kLanes;
        bf16_pairs(V::load_partial(low, n), V::load_partial(low + out, pixel + 1 < pixels ? n : 0)).store(to);
      }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
