// One axis of a convolution seen as a gather: which places of the input a place of the output sums up, with which
// weights. The same words serve the forward pass and the gradient by the input.
#pragma once

#include <cstdint>

namespace lepton::kernels::cpu {

#define LEPTON_TAPS_INLINE inline __attribute__((always_inline)) constexpr

/// Input places first, first + step, ... meet kernel places tap, tap + tap_step, ...; step > 0.
struct Taps {
  std::int64_t count, first, step, tap, tap_step;
};

/// An axis of the pass. Of an input gradient, `in` is the size of g and `out` that of dx.
struct GatherAxis {
  std::int64_t in, out, kernel, stride, pad, dilation;
  bool transposed;

  /// Output places that are `period` apart have the same kernel places, at input places that are `advance` apart.
  LEPTON_TAPS_INLINE std::int64_t period() const { return transposed ? stride : 1; }
  LEPTON_TAPS_INLINE std::int64_t advance() const { return transposed ? 1 : stride; }

  /// All taps of output place `o`, those in the padding too.
  LEPTON_TAPS_INLINE Taps all(std::int64_t o) const {
    if (!transposed) return {kernel, o * stride - pad, dilation, 0, 1};
    // Those k for which o + pad - k * dilation is a multiple of the stride, the last first.
    std::int64_t every = stride, a = stride, b = dilation;
    while (b != 0) {
      const std::int64_t rest = a % b;
      a = b, b = rest;
    }
    every /= a;
    std::int64_t k = 0;
    const std::int64_t most = every < kernel ? every : kernel;
    while (k < most && (o + pad - k * dilation) % stride != 0) ++k;
    if (k == most) return {0, 0, 1, 0, 1};
    const std::int64_t count = (kernel - 1 - k) / every + 1, last = k + (count - 1) * every;
    return {count, (o + pad - last * dilation) / stride, dilation * every / stride, last, -every};
  }

  /// The taps of output place `o` that lie inside the input.
  LEPTON_TAPS_INLINE Taps inside(std::int64_t o) const { return clip(all(o)); }

  LEPTON_TAPS_INLINE Taps clip(Taps t) const {
    if (t.first < 0) {
      const std::int64_t skip = (-t.first + t.step - 1) / t.step;
      t.first += skip * t.step, t.tap += skip * t.tap_step, t.count -= skip;
    }
    const std::int64_t fit = t.first < in ? (in - 1 - t.first) / t.step + 1 : 0;
    if (t.count > fit) t.count = fit;
    if (t.count < 0) t.count = 0;
    return t;
  }

  /// The first output place, in steps of `period` from `o`, whose taps all lie inside, and the first after them.
  LEPTON_TAPS_INLINE void interior(std::int64_t o, std::int64_t& begin, std::int64_t& end) const {
    const Taps t = all(o);
    const std::int64_t places = o < out ? (out - 1 - o) / period() + 1 : 0;
    const std::int64_t room =
        in - 1 - (t.count - 1) * t.step - t.first;  // the last one's first tap may be so far
    begin = t.first < 0 ? (-t.first + advance() - 1) / advance() : 0;
    end = t.count == 0 ? places : room < 0 ? 0 : room / advance() + 1;
    if (t.count == 0) begin = 0;
    if (end > places) end = places;
    if (begin > end) begin = end;
  }
};

#undef LEPTON_TAPS_INLINE

}  // namespace lepton::kernels::cpu
