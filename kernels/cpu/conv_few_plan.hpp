// What convolution of pictures with few channels prepares, for its packing and for its runs.
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/cpu/conv_few.hpp"
#include "kernels/cpu/conv_plan.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu {

struct FewState {
  FewWindow window;
  std::vector<std::int64_t> offsets, pair_offsets;
  std::int64_t lines, bands, band_count;  // of a band; of a picture; of all
  std::int64_t pitch;                     // pixels of a line that windows are taken from
  std::int64_t room_lines;                // lines of a band that are copied; 0: windows are taken from x itself
  std::int64_t slots;
  std::size_t room_bytes;     // of the copy
  std::size_t line_bytes;     // with bf16, by weight: of one padded line
  std::size_t gradient_bytes; // and of a band's gradient in pairs
  std::size_t weight_bytes, sum_bytes;  // packed weights, and sums by weight: outputs up to whole vectors

  std::size_t slot_bytes() const { return room_bytes + line_bytes + gradient_bytes; }
};

/// Some lines of one picture's output.
struct FewLines {
  std::int64_t picture, line, lines;
};

inline FewLines few_lines_at(const ConvShape& s, const FewState& state, std::int64_t i) {
  const Range lines = shard_range(s.oh, state.bands, i % state.bands);
  return {i / state.bands, lines.begin, lines.end - lines.begin};
}

/// visit(index into [panel][number of the window][output], output, index into [out][in][row][column])
template <class Visit> void for_few_weights(const ConvShape& s, Visit&& visit) {
  const std::int64_t panel = 2 * float_lanes(), size = s.kh * s.kw * s.ic,
                     padded = (s.oc + float_lanes() - 1) / float_lanes() * float_lanes();
  for (std::int64_t first = 0; first < padded; first += panel) {
    const std::int64_t width = std::min(panel, padded - first);
    for (std::int64_t k = 0; k < size; ++k) {
      const std::int64_t tap = k / s.ic, channel = k % s.ic;
      for (std::int64_t o = 0; o < width; ++o)
        visit(first * size + k * width + o, first + o, ((first + o) * s.ic + channel) * s.kh * s.kw + tap);
    }
  }
}

extern const ConvSums kFewSums;
void run_few(const ConvPlan& plan, const ConvMemory& memory, const Epilogue& done);
void run_few_pooled(const ConvPlan& plan, const ConvMemory& memory, const MaxPoolArgs& pool);

}  // namespace lepton::kernels::cpu
