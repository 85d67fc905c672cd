// Direct convolution with factors rounded to bf16. Compiled once for each instruction set, v4bf16 included.
#include "kernels/cpu/conv_direct_pack.hpp"
#include "kernels/cpu/conv_direct_tile.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

void direct_pack_bf16(const DirectPack& args) { run_direct_pack<Bf16Products>(args); }
void direct_grad_rows_bf16(const DirectGradRows& args) { run_grad_rows<Bf16Products>(args); }
void direct_weight_block_bf16(const DirectWeightBlock& args) { run_weight_block<Bf16Products>(args); }

void direct_pairs(const DirectPairs& args) {
  using V = Vec<float>;
  constexpr std::int64_t kLanes = V::kLanes;
  for (std::int64_t q = 0; q < args.columns; ++q) {
    const std::int64_t low = q - args.before, high = low + args.step;
    const bool has_low = low >= 0 && low < args.width, has_high = high >= 0 && high < args.width;
    std::uint32_t* const to = args.to + q * args.channels;
    for (std::int64_t c = 0; c < args.channels; c += kLanes) {
      const std::int64_t n = args.channels - c < kLanes ? args.channels - c : kLanes;
      const V a = has_low ? V::load_partial(args.x + low * args.channels + c, n) : V(0);
      const V b = has_high ? V::load_partial(args.x + high * args.channels + c, n) : V(0);
      bf16_pairs(a, b).store_partial(to + c, n);
    }
  }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
