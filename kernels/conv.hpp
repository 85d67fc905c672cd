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

/// What a CPU kernel prepares once for a shape: its algorithm and the sizes of its memory. Kept for the process's life.
struct ConvPlan;

struct ConvArgs {
  const void* x;
  const void* weight;             ///< or what conv2d_pack made of it, where `packed`
  const void* bias;               ///< [oc] or null
  void* y;
  void* scratch;                  ///< conv_scratch(plan, packed) bytes, 64-byte aligned
  const ConvPlan* plan;
  bool packed;
};

/// dx from g = dy
struct ConvInputGradArgs {
  const void* g;
  const void* weight;             ///< or what conv2d_pack made of it, where `packed`
  void* dx;
  void* scratch;                  ///< conv_scratch(plan, packed) bytes, 64-byte aligned
  const ConvPlan* plan;
  bool packed;
};

/// dw from x and g = dy, and with it db, the sum of g's pixels. The batch is summed in a number of shards that its size
/// alone decides.
struct ConvWeightGradArgs {
  const void* x;
  const void* g;
  void* dw;
  void* scratch;                  ///< conv_scratch(plan) bytes, 64-byte aligned
  const ConvPlan* plan;
  void* db;                       ///< [oc] or null
};

/// Writes the weight in the form that the plan's algorithm wants, for ConvArgs or ConvInputGradArgs with `packed`.
struct ConvPackArgs {
  const void* weight;
  void* packed;                   ///< conv_packed_bytes(plan) bytes, 64-byte aligned
  const ConvPlan* plan;           ///< of the pass that will read it
};

namespace cpu {
enum class ConvPass : std::uint8_t { forward, input_grad, weight_grad };
inline constexpr int kMostConvAlgorithms = 16;
struct ConvAlgorithmNames {
  const char* name[kMostConvAlgorithms];
  int count;
};
/// The algorithms that can do a pass over this shape, first the one that is taken where nobody names another. It does
/// not depend on the number of images, so that a part of the batch gives the same bits as the whole.
ConvAlgorithmNames conv_algorithms(const ConvShape& shape, ConvPass pass);

/// The plan for a pass over this shape, made on first use, by the algorithm of this name or by the first of
/// `conv_algorithms`. Throws where the algorithm cannot do it. Not for a replay.
const ConvPlan* prepare_conv(const ConvShape& shape, ConvPass pass, const char* algorithm = nullptr);
const char* conv_algorithm(const ConvPlan* plan);
const ConvShape& conv_shape(const ConvPlan* plan);

/// Bytes of scratch memory. A run without packed weights packs them there first.
std::size_t conv_scratch(const ConvPlan* plan, bool packed = false);
/// Bytes of the packed weight; 0 where the algorithm reads weights as they are, and for the weight gradient. Of two
/// plans that differ in their pictures alone the packed weights are the same.
std::size_t conv_packed_bytes(const ConvPlan* plan);

/// Some pictures of a shard; `args` of conv2d_weight_add has x and g of the first one.
struct ConvWeightPart {
  std::int64_t count, shard;
  bool starts;    ///< whether they are the shard's first
  void* scratch;  ///< of this thread
};
/// Shards whose sums grow part by part, each on one thread at a time, part after part; the result is that of
/// conv2d_weight_grad, bit for bit. 0 where the plan's algorithm takes the batch as a whole.
std::int64_t conv_weight_shards(const ConvPlan* plan);
/// Bytes of ConvWeightGradArgs::scratch if parts run on so many threads, and the piece of one thread.
std::size_t conv_weight_scratch(const ConvPlan* plan, std::int64_t threads);
void* conv_weight_thread_scratch(const ConvWeightGradArgs& args, std::int64_t thread);
void conv2d_weight_add(const ConvWeightGradArgs& args, const ConvWeightPart& part);
void conv2d_weight_finish(const ConvWeightGradArgs& args);

void conv2d_pack(const ConvPackArgs&, Stream);
void conv2d(const ConvArgs&, Stream);
void conv2d_input_grad(const ConvInputGradArgs&, Stream);
void conv2d_weight_grad(const ConvWeightGradArgs&, Stream);
void conv2d(const ConvArgs&, const Epilogue&);
void conv2d_input_grad(const ConvInputGradArgs&, const Epilogue&);
}  // namespace cpu

inline constexpr Kernel<ConvPackArgs> conv2d_pack{"conv2d_pack", cpu::conv2d_pack};
inline constexpr Kernel<ConvArgs> conv2d{"conv2d", cpu::conv2d};
inline constexpr Kernel<ConvInputGradArgs> conv2d_input_grad{"conv2d_input_grad", cpu::conv2d_input_grad};
inline constexpr Kernel<ConvWeightGradArgs> conv2d_weight_grad{"conv2d_weight_grad", cpu::conv2d_weight_grad};

}  // namespace lepton::kernels
