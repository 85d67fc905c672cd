// Convolution of pictures with few channels, first layers: what their plans say to the code of each instruction set.
//
// A channel is too little for a vector, so that vectors are of outputs: a window's numbers are broadcast one after the
// other to the weights of two vectors of outputs, for a dozen pixels at a time, whose sums stay in registers. With
// factors rounded to bf16 it is two neighbours of a run at once, by the weight two neighbouring pixels.
#pragma once

#include <cstdint>

namespace lepton::kernels::cpu {

/// The numbers of a window: `rows` times `runs` times `run` neighbours.
struct FewWindow {
  std::int64_t rows, runs, run;
  std::int64_t row_step, run_step;  ///< floats from one to the next
  const std::int64_t* offsets;      ///< of each number from the first
  // With bf16: of each two neighbours of a run, and then of the last number of each odd run.
  const std::int64_t* pair_offsets;
  std::int64_t pairs, lasts;
  __attribute__((always_inline)) std::int64_t size() const { return rows * runs * run; }
};

/// Some lines of an output, and where their windows are.
struct FewBand {
  const void* x;               ///< the first window's first number
  std::int64_t line_step;      ///< numbers from a line's first window to the next one's
  std::int64_t pixel_step;     ///< from window to window
  std::int64_t lines, pixels;  ///< of the output, and of each line of it
};

/// Where a band's pooled pixels go, [lines / 2, pooled pixels, out]. `relu` as in PoolShape.
struct FewPool {
  float* y;
  std::uint8_t* where;
  std::int64_t pixels;  ///< of a pooled line: half of the band's, rounded down
  bool relu;
};

// few_band: y of a band, [lines, pixels, out]. packed: [panel of two vectors of outputs][number of the window][output].
// Lines of memory before `end`, where the caller's next bands end, are fetched before they are written; without an end
// y goes around the cache, for which it must be aligned to a vector and consist of whole ones.
// few_pooled_band: instead of y, the largest of each 2 x 2 pixels, and where it stands, as MaxPoolArgs has them; `band`
// is of pairs of lines.
// few_weight_band: adds a band's products to `sums`, laid out in the same way.
#define LEPTON_DECLARE_FEW(ISA)                                                                             \
  namespace ISA {                                                                                           \
  void few_band(const FewWindow&, const FewBand&, std::int64_t out, const float* packed, const float* bias, \
                float* y, const float* end);                                                                \
  void few_pooled_band(const FewWindow&, const FewBand&, std::int64_t out, const float* packed,             \
                       const float* bias, const FewPool& pool);                                             \
  void few_weight_band(const FewWindow&, const FewBand&, std::int64_t out, const float* g, float* sums);    \
  }
LEPTON_DECLARE_FEW(v3)
LEPTON_DECLARE_FEW(v4)
#undef LEPTON_DECLARE_FEW

// The same with bf16.
// few_band_bf16: x is of bf16; packed is of pairs, [panel][pair, then last][output], with a last number's second 0.
// few_weight_band_bf16: x is of pairs of a pixel and the next, and so is g, [lines, pairs, outputs up to whole vectors].
// few_pairs: to[i] = (x[i], x[i + step]), or (x[i], 0) behind the end.
// few_gradient_pairs: g of a band for few_weight_band_bf16.
#define LEPTON_DECLARE_FEW_BF16(ISA)                                                                               \
  namespace ISA {                                                                                                  \
  void few_band_bf16(const FewWindow&, const FewBand&, std::int64_t out, const std::uint32_t* packed,              \
                     const float* bias, float* y, const float* end);                                               \
  void few_pooled_band_bf16(const FewWindow&, const FewBand&, std::int64_t out, const std::uint32_t* packed,       \
                            const float* bias, const FewPool& pool);                                               \
  void few_weight_band_bf16(const FewWindow&, const FewBand&, std::int64_t out, const std::uint32_t* g, float* sums); \
  void few_pairs(const float* x, std::int64_t n, std::int64_t step, std::uint32_t* to);                            \
  void few_gradient_pairs(const float* g, std::int64_t lines, std::int64_t pixels, std::int64_t out,               \
                          std::uint32_t* to);                                                                      \
  }
LEPTON_DECLARE_FEW_BF16(v3)
LEPTON_DECLARE_FEW_BF16(v4)
LEPTON_DECLARE_FEW_BF16(v4bf16)
#undef LEPTON_DECLARE_FEW_BF16

}  // namespace lepton::kernels::cpu
