// Winograd with many channels: the steps of a block, one by one.
#include "kernels/cpu/conv_winograd_product.hpp"
#include "kernels/cpu/conv_winograd_tiles.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// Fetches the next frequency of a group's inputs.
LEPTON_INLINE void fetch_group(const float* a, std::int64_t tiles, std::int64_t depth) {
  for (std::int64_t p = 0; p < depth; p += Lane::kLanes, a += kVectorStep)
    for (std::int64_t t = 0; t < tiles; ++t)
      _mm_prefetch(reinterpret_cast<const char*>(a + kFrequencyStep + t * Lane::kLanes), _MM_HINT_T0);
}

}  // namespace

void winograd_transform(const WinogradSizes& s, const WinogradBlock& b, const float* x, float* v) {
  transform_input(s, b, x, v);
}

void winograd_multiply(const WinogradSizes& s, const WinogradBlock& b, std::int64_t in0, std::int64_t in1,
                       const WinogradRange& outs, const float* v, const float* weights, float* m) {
  const Groups groups(b);
  const std::int64_t in_group = group_step(s.in_padded), depth = in1 - in0, vectors = outs.end - outs.begin;
  for (std::int64_t f = 0; f < kFrequencies; ++f) {
    const float* const a = v + in0 / Lane::kLanes * kVectorStep + f * kFrequencyStep;
    const float* const w = weights + f * winograd_weight_step(depth * vectors * Lane::kLanes);
    for (std::int64_t g = 0; g < groups.count; ++g) {
      fetch_group(a + g * in_group, groups.size(g), depth);
      product_of(groups.size(g), vectors == 2)(
          a + g * in_group, w, m + g * vectors * kVectorStep + f * kFrequencyStep, depth, in0 > 0);
    }
  }
}

void winograd_output(const WinogradSizes& s, const WinogradBlock& b, const WinogradRange& outs,
                     const float* m, const float* bias, float* y) {
  transform_output(s, b, outs, m, bias, y);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
