// Convolution of pictures with few channels, first layers: what their plans say to the code of each instruction set.
//
// A channel is too little for a vector, so that vectors are of outputs: a window's numbers are broadcast one after the
// other to the weights of two vectors of outputs, for a dozen pixels at a time, whose sums stay in registers.
#pragma once

#include <cstdint>

namespace lepton::kernels::cpu {

/// The numbers of a window: `rows` times `runs` times `run` neighbours.
struct FewWindow {
  std::int64_t rows, runs, run;
  std::int64_t row_step, run_step;  ///< floats from one to the next
  const std::int64_t* offsets;      ///< of each number from the first
  __attribute__((always_inline)) std::int64_t size() const { return rows * runs * run; }
};

/// Some lines of an output, and where their windows are.
struct FewBand {
  const float* x;              ///< the first window's first number
  std::int64_t line_step;      ///< floats from a line's first window to the next one's
  std::int64_t pixel_step;     ///< from window to window
  std::int64_t lines, pixels;  ///< of the output, and of each line of it
};

// few_band: y of a band, [lines, pixels, out]. packed: [panel of two vectors of outputs][number of the window][output].
// Lines of memory before `end`, where the caller's next bands end, are fetched before they are written; without an end
// y goes around the cache, for which it must be aligned to a vector and consist of whole ones.
// few_weight_band: adds a band's products to `sums`, laid out in the same way.
#define LEPTON_DECLARE_FEW(ISA)                                                                             \
  namespace ISA {                                                                                           \
  void few_band(const FewWindow&, const FewBand&, std::int64_t out, const float* packed, const float* bias, \
                float* y, const float* end);                                                                \
  void few_weight_band(const FewWindow&, const FewBand&, std::int64_t out, const float* g, float* sums);    \
  }
LEPTON_DECLARE_FEW(v3)
LEPTON_DECLARE_FEW(v4)
#undef LEPTON_DECLARE_FEW

}  // namespace lepton::kernels::cpu
