// Convolution of each channel by itself: what its files share.
#pragma once

#include "kernels/cpu/conv_taps.hpp"
#include "kernels/epilogue.hpp"

namespace lepton::kernels::cpu {

/// Forward or input gradient, on pictures in channels-last order. in: [images, rows.in, columns.in, channels], weight:
/// [rows.kernel, columns.kernel, channels], out: [images, rows.out, columns.out, channels].
struct DepthwiseGather {
  GatherAxis rows, columns;
  std::int64_t images, channels;
  const float* in;
  const float* weight;
  const float* bias;  ///< [channels] or null
  float* out;
  const Finish* finish = nullptr;  ///< of what `out` gets, by channels alone; null where there is none
};

/// in and g are the input and the gradient of the output of a forward pass with these axes; dw: [channels, rows.kernel,
/// columns.kernel]. partial: room for `shards` sums of [rows.kernel * columns.kernel, depthwise_padded(channels)].
struct DepthwiseWeightGrad {
  GatherAxis rows, columns;
  std::int64_t images, channels, shards;
  const float* in;
  const float* g;
  float* dw;
  float* partial;
};

/// Channels rounded up to whole vectors of any instruction set.
constexpr std::int64_t depthwise_padded(std::int64_t channels) { return (channels + 15) / 16 * 16; }

#define LEPTON_DECLARE_DEPTHWISE                                           \
  void depthwise_gather(const DepthwiseGather& job, const Epilogue& done); \
  void depthwise_weight_grad(const DepthwiseWeightGrad& job);
namespace v3 {
LEPTON_DECLARE_DEPTHWISE
}
namespace v4 {
LEPTON_DECLARE_DEPTHWISE
}
#undef LEPTON_DECLARE_DEPTHWISE

}  // namespace lepton::kernels::cpu
