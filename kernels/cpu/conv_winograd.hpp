// Winograd convolution, F(4x4, 3x3): what its plans say to the code that is compiled for each instruction set.
//
// An output is cut into tiles of 4x4 pixels, each made from 6x6 pixels of the input. Transformed, a tile is 36
// "frequencies" in which the convolution is a product of channels: 36 products for 16 pixels instead of 144.
// Lavin & Gray, Fast Algorithms for Convolutional Neural Networks, 2016; points as in the transforms.
// The input gradient is the convolution of g with the kernels turned round and input and output exchanged.
// The weight gradient is F(3x3, 4x4) with the same points: 6x6 pixels of x, 4x4 of g, summed over tiles.
//
// Files of several instruction sets include this one, so that its functions are inlined by force.
#pragma once

#include <cstdint>

namespace lepton::kernels::cpu {

inline constexpr std::int64_t kWinogradTile = 4, kFrequencies = 36;

/// Tiles of a group, which are multiplied together, where vectors have so many bytes.
inline __attribute__((always_inline)) constexpr int winograd_group(int vector_bytes) {
  return vector_bytes == 64 ? 12 : 6;
}

/// A convolution as Winograd sees it: pictures with `in` channels, read; pictures with `out`, made of tiles.
struct WinogradSizes {
  std::int64_t n, in, ih, iw, out, oh, ow, pad_h, pad_w;
  std::int64_t rows, columns;          ///< of tiles in a picture
  std::int64_t in_padded, out_padded;  ///< channels, up to whole vectors
};

/// Tiles whose transforms are in cache together: rows are counted over all pictures.
struct WinogradBlock {
  std::int64_t row0, row1, column0, column1;
};

/// Where an element of the weight lies: weight[out * out_step + in * in_step + tap], taps backwards if `turned`.
struct WinogradWeight {
  const float* weight;
  std::int64_t out_step, in_step;
  bool turned;
};

/// Floats from one frequency of `count` packed weights to the next: never a power of two, so that the frequencies of a
/// filter do not fall into one set of the cache.
inline __attribute__((always_inline)) constexpr std::int64_t winograd_weight_step(std::int64_t count) {
  return count + 16;
}

/// Vectors of channels.
struct WinogradRange {
  std::int64_t begin, end;
};

/// Vectors of channels of x and of g between which a weight gradient is made.
struct WinogradPanels {
  std::int64_t in0, in1, out0, out1;
};

/// Floats of a block's transformed pictures, with so many padded channels.
inline __attribute__((always_inline)) constexpr std::int64_t winograd_floats(std::int64_t tiles,
                                                                             std::int64_t channels,
                                                                             int vector_bytes) {
  const std::int64_t group = winograd_group(vector_bytes);
  return (tiles + group - 1) / group * group * kFrequencies * channels;
}

// winograd_pack writes inputs [in0, in1) of one panel of two vectors of outputs: to[frequency * step][in][out].
//
// winograd_block makes y of one block. packed: [frequency][panel][in][out]. scratch: winograd_floats of in_padded and
// of out_padded. Or step by step: winograd_transform turns a block's x into frequencies, winograd_multiply makes, or
// goes on to sum, products of its inputs [in0, in1), the first of a vector, with a panel of weights that has no others,
// winograd_output turns the products, of these outputs alone, into pixels.
//
// winograd_gradient turns vectors `outs` of a block's g into frequencies. winograd_weight_sum adds their products with
// those of x to `sums`, or writes them there if they are the `first`: [in vector][out vector][frequency][in][out].
// winograd_weight_finish adds `parts` such sums, `part_step` floats apart, and makes weights of them.
//
// Where there is a `next` block, its pixels are fetched meanwhile.
#define LEPTON_DECLARE_WINOGRAD(ISA)                                                                         \
  namespace ISA {                                                                                            \
  void winograd_pack(const WinogradSizes&, const WinogradWeight&, std::int64_t panel, std::int64_t in0,      \
                     std::int64_t in1, float* to, std::int64_t step);                                        \
  void winograd_block(const WinogradSizes&, const WinogradBlock&, const WinogradBlock& next, const float* x, \
                      const float* packed, const float* bias, float* y, float* scratch);                     \
  void winograd_transform(const WinogradSizes&, const WinogradBlock&, const float* x, float* v);             \
  void winograd_multiply(const WinogradSizes&, const WinogradBlock&, std::int64_t in0, std::int64_t in1,     \
                         const WinogradRange& outs, const float* v, const float* weights, float* m);         \
  void winograd_output(const WinogradSizes&, const WinogradBlock&, const WinogradRange& outs,                \
                       const float* m, const float* bias, float* y);                                         \
  void winograd_gradient(const WinogradSizes&, const WinogradBlock&, const WinogradRange& outs,              \
                         const float* g, float* d);                                                          \
  void winograd_weight_sum(const WinogradSizes&, const WinogradBlock&, const WinogradBlock& next,            \
                           const float* x, const float* g, const WinogradPanels&, const float* v,            \
                           const float* d, float* sums, bool first);                                         \
  void winograd_weight_finish(const WinogradSizes&, const WinogradPanels&, const float* sums,                \
                              std::int64_t parts, std::int64_t part_step, float* dw);                        \
  }
LEPTON_DECLARE_WINOGRAD(v3)
LEPTON_DECLARE_WINOGRAD(v4)
#undef LEPTON_DECLARE_WINOGRAD

}  // namespace lepton::kernels::cpu
