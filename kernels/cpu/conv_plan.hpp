// What the convolution kernels prepare once for a shape, and what an algorithm of theirs is made of.
//
// A new algorithm is a ConvAlgorithm of these functions and a line in conv_table.cpp. Files that are compiled for an
// instruction set include this one, so it stays free of containers.
#pragma once

#include "kernels/conv.hpp"
#include "kernels/pool.hpp"

namespace lepton::kernels {

namespace cpu {

/// Where a pass finds its pictures and weights. Of x, weight and y one is written: y forward, x by the input gradient,
/// weight by the weight gradient. `weight` is packed wherever the plan has packed_bytes.
struct ConvMemory {
  void* x;
  void* weight;
  const void* bias;  ///< [oc] or null
  void* y;
  void* scratch;  ///< plan.scratch_bytes
};

/// The weight gradient as sums that grow by some pictures at a time, and what the shards' sums are in the end.
struct ConvSums {
  /// Adds `count` pictures to a shard's plan.sum_bytes, on this thread alone; where it `starts`, nothing is there yet.
  /// Bit for bit the same for all pictures at once as for one after the other.
  void (*add)(const ConvPlan& plan, const float* x, const float* g, std::int64_t count, void* sums, void* scratch,
              bool starts);
  /// dw from the sums of `shards`, `step` bytes apart, added in order.
  void (*finish)(const ConvPlan& plan, const void* sums, std::int64_t shards, std::size_t step, float* dw);
};

struct ConvAlgorithm {
  const char* name;
  /// Whether it can do this. May not depend on shape.n.
  bool (*supports)(const ConvShape& shape, ConvPass pass);
  /// Whether it is the right one for this if no other comes before it; null: always. May not depend on shape.n.
  bool (*suits)(const ConvShape& shape, ConvPass pass);
  /// Sets scratch_bytes, packed_bytes and, where it needs more than the shape, state. n is not 0.
  void (*prepare)(ConvPlan& plan);
  /// Writes plan.packed_bytes. Null where weights are read as they are.
  void (*pack)(const ConvPlan& plan, const void* weight, void* packed);
  /// n is not 0. Calls `done`, if there is one, for every finished block (forward and input gradient).
  void (*run)(const ConvPlan& plan, const ConvMemory& memory, const Epilogue& done);
  /// How weight gradients with plan.sum_bytes are made; the others are `run`.
  const ConvSums* sums = nullptr;
  /// The forward pass with pooling of 2x2 windows side by side, for f32; null where there is none. memory.y is null.
  void (*run_pooled)(const ConvPlan& plan, const ConvMemory& memory, const MaxPoolArgs& pool) = nullptr;
};

}  // namespace cpu

struct ConvPlan {
  ConvShape shape;
  cpu::ConvPass pass;
  const cpu::ConvAlgorithm* algorithm;
  std::size_t scratch_bytes;  ///< beside packed weights; a multiple of 64
  std::size_t packed_bytes;   ///< a function of algorithm, pass and the weight's sizes alone
  const void* state;          ///< what the algorithm keeps besides, for the process's life
  std::size_t sum_bytes;      ///< of a shard's sums of the weight gradient; 0 where the algorithm runs as a whole
  std::size_t add_bytes;      ///< scratch memory of a thread that adds to them
};

namespace cpu {

extern const ConvAlgorithm kFewChannelsConv;  ///< f32 and bf16, up to 4 input channels, forward and by weight
extern const ConvAlgorithm kDepthwiseConv;    ///< f32, as many groups as channels of either picture
extern const ConvAlgorithm kWinogradConv;     ///< f32, 3x3, stride 1
extern const ConvAlgorithm kDirectConv;       ///< f32, whatever the shape, factors in f32 or bf16
extern const ConvAlgorithm kOneDnnConv;       ///< f32, whatever the shape
extern const ConvAlgorithm kGatheredConv;     ///< f64

/// All algorithms, best first, ended by null.
extern const ConvAlgorithm* const kConvTable[];

/// Scratch memory of a weight gradient on any thread.
std::size_t conv_weight_scratch(const ConvPlan& plan);

/// The algorithm called `name`, or the best one where it is null. Throws where it cannot do this.
const ConvAlgorithm& choose_conv(const ConvShape& shape, ConvPass pass, const char* name);

/// Rounded up to whole cache lines, as parts of scratch memory are.
inline constexpr std::size_t conv_aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace cpu
}  // namespace lepton::kernels
