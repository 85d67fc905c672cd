// Direct convolution of f32: packed weights, and blocks of the weight gradient. Compiled once for each instruction set.
#include "kernels/cpu/conv_direct_pack.hpp"
#include "kernels/cpu/conv_direct_tile.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

void direct_pack(const DirectPack& args) { run_direct_pack<Numbers<float>>(args); }
void direct_grad_rows(const DirectGradRows& args) { run_grad_rows<Numbers<float>>(args); }
void direct_weight_block(const DirectWeightBlock& args) { run_weight_block<Numbers<float>>(args); }

void direct_weight_sum(const DirectWeightSum& args) {
  using V = Vec<float>;
  constexpr std::int64_t kLanes = V::kLanes;
  const auto sum = [&](const float* from, std::int64_t n) {
    V total = V::load_partial(from, n);
    for (std::int64_t s = 1; s < args.shards; ++s) total += V::load_partial(from + s * args.shard_step, n);
    return total;
  };
  for (std::int64_t i = 0; i < args.rows; ++i)
    for (std::int64_t c = 0; c < args.channels; c += kLanes) {
      const std::int64_t channels = args.channels - c < kLanes ? args.channels - c : kLanes;
      float* const to = args.dw + i * args.row_step + c * args.channel_step;
      const float* const from = args.partial + i * args.ldc + c;
      if (args.taps == 1) {
        sum(from, channels).store_partial(to, channels);
        continue;
      }
      for (std::int64_t t = 0; t < args.taps; t += kLanes) {
        const std::int64_t taps = args.taps - t < kLanes ? args.taps - t : kLanes;
        V v[kLanes];
        for (std::int64_t k = 0; k < kLanes; ++k)
          v[k] = k < taps ? sum(from + (t + k) * args.tap_step, channels) : V(0);
        transpose(v);
        for (std::int64_t k = 0; k < kLanes; ++k)
          if (k < channels) v[k].store_partial(to + k * args.channel_step + t, taps);
      }
    }
}

void direct_gather(const DirectGather& args) {
  using V = Vec<std::uint32_t>;
  for (std::int64_t u = 0; u < args.units; ++u)
    for (std::int64_t s = 0; s < args.segments; ++s) {
      const auto* const from = static_cast<const std::uint32_t*>(args.rows[s * args.units + u]);
      std::uint32_t* const to = args.to + u * args.to_step + s * args.width;
      for (std::int64_t j = 0; j < args.width; j += V::kLanes) {
        const std::int64_t left = args.width - j;
        (left >= V::kLanes ? V::load(from + j) : V::load_partial(from + j, left)).store(to + j);
      }
    }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
