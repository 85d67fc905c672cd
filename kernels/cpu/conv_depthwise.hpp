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

/// in and g are the input and the gradient of the output of a forward pass with these axes.
struct DepthwiseWeightGrad {
  GatherAxis rows, columns;
  std::int64_t images, channels;
  const float* in;
  const float* g;
};

/// Channels rounded up to whole vectors of any instruction set.
constexpr std::int64_t depthwise_padded(std::int64_t channels) { return (channels + 15) / 16 * 16; }

/// Floats of some pictures' sums: [rows.kernel, columns.kernel, depthwise_padded(channels)].
__attribute__((always_inline)) inline std::int64_t depthwise_sums(const DepthwiseWeightGrad& job) {
  return job.rows.kernel * job.columns.kernel * depthwise_padded(job.channels);
}

// The gradient by the weight as ConvSums has it; `step` is in floats.
#define LEPTON_DECLARE_DEPTHWISE                                                                       \
  void depthwise_gather(const DepthwiseGather& job, const Epilogue& done);                             \
  void depthwise_weight_add(const DepthwiseWeightGrad& job, float* sums, bool starts);                 \
  void depthwise_weight_finish(const DepthwiseWeightGrad& job, const float* sums, std::int64_t shards, \
                               std::int64_t step, float* dw);
namespace v3 {
LEPTON_DECLARE_DEPTHWISE
}
namespace v4 {
LEPTON_DECLARE_DEPTHWISE
}
#undef LEPTON_DECLARE_DEPTHWISE

}  // namespace lepton::kernels::cpu
