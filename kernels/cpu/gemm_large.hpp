// Large products, and the blocks that they, and convolutions, are made of. Everything here runs on one thread.
//
// A product c = a @ b is made tile by tile: a few rows of a times a panel of columns of b. b is packed beforehand into
// panels of up to three vectors, each [k][columns of the panel], so that a tile reads it in order; a's elements are
// broadcast, and need no packing where they follow each other along k. With bf16, two numbers that follow each other
// along k are multiplied and summed at once, so that panels and rows hold pairs of them.
//
// How a convolution uses it (on one thread; the blocks of a thread know nothing of the others'):
//
//   const std::int64_t k = taps * channels;                       // a 1x1 convolution has one tap
//   void* packed = scratch of gemm_packed_bytes(f32, k, n) bytes, aligned to 64;
//   gemm_pack({.b = weight, .b_k = stride along k, .b_n = stride along n, .k = k, .n = n, .to = packed, .from = f32, .compute = f32});
//   ...for each block of up to some 200 pixels, while it is in cache:
//   const void* rows[taps][pixels];                              // where tap t of pixel i has its `channels` numbers;
//                                                                // a row of zeros where it lies outside of the picture
//   gemm_block({.rows = rows, .segments = taps, .rows_step = pixels, .depth = channels, .b = packed, .bias = bias,
//               .c = y, .ldc = row stride of y, .m = pixels, .n = n, .compute = f32});
//
// All choose the build for this machine themselves, and may be called from any file.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/epilogue.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels::cpu {

/// Two bf16 that follow each other along k.
struct Bf16Pair {
  std::uint16_t low, high;
};

/// How n columns are cut into panels of up to three vectors of `lanes`: all full, but for the last, or the last two of
/// two vectors each where one would be left over. Packed, a panel starts at unit begin(p) * lanes * units of k.
struct GemmPanels {
  std::int64_t vectors, count;

  __attribute__((always_inline)) constexpr GemmPanels(std::int64_t n, std::int64_t lanes)
      : vectors((n + lanes - 1) / lanes), count((vectors + 2) / 3) {}
  /// First vector of panel p; of p = count, the number of vectors.
  __attribute__((always_inline)) constexpr std::int64_t begin(std::int64_t p) const {
    if (p == count) return vectors;
    return p == count - 1 && p > 0 && vectors % 3 == 1 ? vectors - 2 : 3 * p;
  }
  /// The last panel, p at most, that starts at a multiple of 48 columns: where work may be cut.
  __attribute__((always_inline)) constexpr std::int64_t cut(std::int64_t p, std::int64_t lanes) const {
    if (p >= count) return count;
    const std::int64_t step = lanes < 16 ? 16 / lanes : 1, whole = p / step * step;
    return begin(whole) == 3 * whole ? whole : whole - step;
  }
};

/// Bytes of a [k, n] factor b, packed for products of type `compute`: f32, f64 or bf16. Zero numbers take no room.
std::size_t gemm_packed_bytes(DType compute, std::int64_t k, std::int64_t n);

/// b[p, j] at b + p * b_k + j * b_n, one of the two strides 1, of type `from` (`compute`, or f32 for bf16), packed for
/// products of type `compute` into `to`. Panels [panel0, panel1) alone, so that several threads can share the work;
/// panel1 < 0 means all.
struct GemmPack {
  const void* b;
  std::int64_t b_k, b_n;
  std::int64_t k, n;
  void* to;
  DType from, compute;
  std::int64_t panel0 = 0, panel1 = -1;
};

/// c[i, j] = sum over segments s and p < depth of row(s, i)[p] * b[s * depth + p, j] (+ bias[j]), or c += without the
/// bias where `accumulate`, for all n columns that b was packed with. row(s, i) is rows[s * rows_step + i], or, where
/// `rows` is null, a + i * a_row. Rows hold numbers of type `compute`; with bf16, `depth` is even, and c f32.
struct GemmBlock {
  const void* const* rows = nullptr;
  std::int64_t segments = 1, rows_step = 0;
  const void* a = nullptr;
  std::int64_t a_row = 0;
  std::int64_t depth;
  const void* b;
  const void* bias = nullptr;
  void* c;
  std::int64_t ldc;
  std::int64_t m, n;
  bool accumulate = false;
  DType compute;
  const Finish* finish = nullptr;  ///< of the result, from c on; with f32 sums
};

/// c = op(a) @ op(b) (+ bias), as MatmulArgs has it, or c += without the bias where `accumulate`. c has row stride ldc.
/// The factors' types are `compute`, or f32 or bf16 for a product of bf16.
struct GemmLarge {
  const void *a, *b, *bias;
  void* c;
  std::int64_t m, n, k, lda, ldb, ldc;
  bool trans_a, trans_b, b_packed;
  DType a_type, b_type, compute;
  bool accumulate = false;
};

void gemm_pack(const GemmPack& args);
void gemm_block(const GemmBlock& args);

/// A whole product, packed where that pays, into memory of the thread's own: for a part of a convolution whose
/// factors are plain matrices, like a gradient of weights, dw += g^T @ x.
void gemm_serial(const GemmLarge& g);

}  // namespace lepton::kernels::cpu
