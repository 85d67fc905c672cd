// Winograd, forward and input gradient: a block of tiles to frequencies, products, and back to pixels, in cache.
#include "kernels/cpu/conv_winograd_fetch.hpp"
#include "kernels/cpu/conv_winograd_product.hpp"
#include "kernels/cpu/conv_winograd_tiles.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

void multiply(const WinogradSizes& s, const WinogradBlock& block, const float* v, const float* packed,
              float* m, Fetch fetch_x, Fetch fetch_y) {
  const Groups groups(block);
  const std::int64_t in_group = group_step(s.in_padded), out_group = group_step(s.out_padded);
  const std::int64_t products = kFrequencies * ((s.out_padded + kPanel - 1) / kPanel);
  const std::int64_t lines_x = fetch_x.lines() / products + 1, lines_y = fetch_y.lines() / products + 1;
  for (std::int64_t f = 0; f < kFrequencies; ++f)
    for (std::int64_t o = 0; o < s.out_padded; o += kPanel) {
      const float *a = v + f * kFrequencyStep,
                  *b = packed + f * winograd_weight_step(s.in * s.out_padded) + o * s.in;
      float* const c = m + f * kFrequencyStep + o / Lane::kLanes * kVectorStep;
      fetch_y(lines_y);
      fetch_x(lines_x);
      for (std::int64_t g = 0; g < groups.count; ++g)
        product_of(groups.size(g), s.out_padded - o >= kPanel)(a + g * in_group, b, c + g * out_group, s.in,
                                                               false);
    }
}

}  // namespace

void winograd_block(const WinogradSizes& s, const WinogradBlock& b, const WinogradBlock& next, const float* x,
                    const float* packed, const float* bias, float* y, float* scratch) {
  float* const m = scratch + Groups(b).count * group_step(s.in_padded);
  transform_input(s, b, x, scratch);
  multiply(s, b, scratch, packed, m, Fetch(s, next, x, s.ih, s.iw, s.in, 2, s.pad_h, s.pad_w),
           Fetch(s, b, y, s.oh, s.ow, s.out, 0, 0, 0));
  transform_output(s, b, {0, s.out_padded / Lane::kLanes}, m, bias, y);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
