// Winograd's weights: nine taps of a vector of outputs to frequencies.
#include "kernels/cpu/conv_winograd_transform.hpp"
#include "kernels/cpu/transpose.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

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

void winograd_pack(const WinogradSizes& s, const WinogradWeight& w, std::int64_t panel, std::int64_t in0,
                   std::int64_t in1, float* to, std::int64_t frequency_step) {
  const std::int64_t out0 = panel * kPanel, left = s.out_padded - out0, width = left < kPanel ? left : kPanel;
  alignas(64) float taps[9 * Lane::kLanes];
  for (std::int64_t in = in0; in < in1; ++in)
    for (std::int64_t o = 0; o < width; o += Lane::kLanes) {
      gather_taps(w, w.weight + (out0 + o) * w.out_step + in * w.in_step, s.out - out0 - o, taps);
      float* const at = to + (in - in0) * width + o;
      weight_transform(
          [&](int i, int j) __attribute__((always_inline)) {
            return Lane::load(taps + (w.turned ? 8 - i * 3 - j : i * 3 + j) * Lane::kLanes);
          },
          [&](int i, int j, Lane value)
              __attribute__((always_inline)) { value.store(at + (i * 6 + j) * frequency_step); });
    }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
