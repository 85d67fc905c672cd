// Packing the weights of a direct convolution. Written once for both types of product.
#pragma once

#include "kernels/cpu/conv_direct.hpp"
#include "kernels/cpu/gemm_pack.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// Kernel places [t, t + kLanes) of one channel, as vectors over kLanes columns; zeros for what is not there.
LEPTON_INLINE void load_taps(const DirectPack& args, std::int64_t column, std::int64_t channel,
                             std::int64_t t, Vec<float> (&v)[Vec<float>::kLanes]) {
  constexpr std::int64_t kLanes = Vec<float>::kLanes;
  const std::int64_t columns = args.columns - column, taps = args.tap_count - t;
  const float* const from = args.weight + column * args.column_step + channel * args.channel_step + t;
  for (std::int64_t i = 0; i < kLanes; ++i)
    v[i] = i >= columns || channel >= args.channels ? Vec<float>(0)
           : taps >= kLanes                         ? Vec<float>::load(from + i * args.column_step)
                            : Vec<float>::load_partial(from + i * args.column_step, taps);
  transpose(v);
}

/// A vector of the packed weights, from one channel (or two, in pairs) in each lane.
template <class Op>
LEPTON_INLINE typename Op::Factor weights_of(Vec<float> low, [[maybe_unused]] Vec<float> high) {
  if constexpr (Op::kUnit == 2) return bf16_pairs(low, high);
  else return low;
}

template <class Op> void run_direct_pack(const DirectPack& args) {
  using Unit = typename Op::Unit;
  constexpr std::int64_t kLanes = Op::Factor::kLanes, kUnit = Op::kUnit;
  const GemmPanels panels(args.columns, kLanes);
  for (std::int64_t p = args.panel0; p < args.panel1; ++p) {
    const std::int64_t begin = panels.begin(p), vectors = panels.begin(p + 1) - begin;
    for (std::int64_t j = 0; j < vectors; ++j)
      for (std::int64_t c = 0; c < args.padded; c += kUnit)
        for (std::int64_t t = 0; t < args.tap_count; t += kLanes) {
          Vec<float> low[kLanes], high[kLanes];
          load_taps(args, (begin + j) * kLanes, c, t, low);
          if (kUnit == 2) load_taps(args, (begin + j) * kLanes, c + 1, t, high);
          const std::int64_t count = args.tap_count - t < kLanes ? args.tap_count - t : kLanes;
          for (std::int64_t i = 0; i < count; ++i) {
            const DirectTap& tap = args.taps[t + i];
            Unit* const to =
                reinterpret_cast<Unit*>(args.to + tap.base) + begin * kLanes * (tap.depth / kUnit);
            const std::int64_t row = (tap.index * args.padded + c) / kUnit;
            Op::store(weights_of<Op>(low[i], high[i]), to + (row * vectors + j) * kLanes);
          }
        }
  }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
