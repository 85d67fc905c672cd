// Two-dimensional convolution: forward, and the gradients by input and by weight.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/epilogue.hpp"
#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// x: [n, ic, ih, iw], weight: [oc, ic / groups, kh, kw] contiguous, y: [n, oc, oh, ow]. x and y are channels
/// last in memory. f32 or f64. Padding is on either side of an axis; a dilation of 1 means none. `compute` is the type
/// that factors are rounded to before they are multiplied: `dtype`, or bf16 for f32 pictures; sums are f32 then.
struct ConvShape {
  std::int64_t n, ic, ih, iw, oc, oh, ow, kh, kw;
  std::int64_t stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups;
  DType dtype, compute;
  bool operator==(const ConvShape&) const = default;
};

/// What a CPU kernel prepares once for a shape: library primitives and scratch sizes. Kept for the process's life.
struct ConvPlan;

struct ConvArgs {
  const void* x;
  const void* weight;
  const void* bias;               ///< [oc] or null
  void* y;
  void* scratch;                  ///< conv_scratch(plan) bytes, 64-byte aligned
  const ConvPlan* plan;
};

/// dx from g = dy
struct ConvInputGradArgs {
  const void* g;
  const void* weight;
  void* dx;
  void* scratch;
  const ConvPlan* plan;
};

/// dw from x and g = dy. The batch is summed in a fixed number of shards.
struct ConvWeightGradArgs {
  const void* x;
  const void* g;
  void* dw;
  void* scratch;
  const ConvPlan* plan;
};

namespace cpu {
enum class ConvPass : std::uint8_t { forward, input_grad, weight_grad };
/// The plan for a pass over this shape, made on first use. Not for a replay.
const ConvPlan* prepare_conv(const ConvShape& shape, ConvPass pass);
std::size_t conv_scratch(const ConvPlan* plan);
void conv2d(const ConvArgs&, Stream);
void conv2d_input_grad(const ConvInputGradArgs&, Stream);
void conv2d_weight_grad(const ConvWeightGradArgs&, Stream);
void conv2d(const ConvArgs&, const Epilogue&);
void conv2d_input_grad(const ConvInputGradArgs&, const Epilogue&);
}  // namespace cpu

inline constexpr Kernel<ConvArgs> conv2d{"conv2d", cpu::conv2d};
inline constexpr Kernel<ConvInputGradArgs> conv2d_input_grad{"conv2d_input_grad", cpu::conv2d_input_grad};
inline constexpr Kernel<ConvWeightGradArgs> conv2d_weight_grad{"conv2d_weight_grad", cpu::conv2d_weight_grad};

}  // namespace lepton::kernels
