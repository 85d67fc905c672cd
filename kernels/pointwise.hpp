// Element-by-element kernels: one tensor (forward and fused backward), two tensors, comparisons, selection.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// y[i] = op(x[i]). Requires: x and y dense with the same layout; dtype f32 or f64.
struct UnaryArgs {
  const void* x;
  void* y;
  std::int64_t n;
  DType dtype;
  std::uint8_t op;               ///< index in op::UnaryOps
  alignas(8) std::byte params[16];  ///< the formula's members
};

/// dx[i] = the gradient by x, from g and what the formula asks for: its result y or its argument x.
struct UnaryGradArgs {
  const void* g;
  const void* saved;
  void* dx;
  std::int64_t n;
  DType dtype;
  std::uint8_t op;
  alignas(8) std::byte params[16];
};

inline constexpr int kPointwiseRank = 8;

/// How up to three inputs are walked while a contiguous output is written: sizes from outermost to
/// innermost, merged where possible, with strides in elements (0 along a broadcast axis).
struct Walk {
  std::int64_t size[kPointwiseRank];
  std::int64_t stride[3][kPointwiseRank];
  int rank;
  std::int64_t n;                 ///< product of the sizes
};

/// y = op(a, b). `dtype` is that of a and b; y has it too (binary) or is boolean (compare).
struct BinaryArgs {
  const void* a;
  const void* b;
  void* y;
  Walk walk;
  DType dtype;
  std::uint8_t op;                ///< index in op::BinaryOps or op::CompareOps
};

/// y = condition ? a : b, element sizes 1, 2, 4 or 8. stride[0] is the condition's.
struct WhereArgs {
  const bool* condition;
  const void* a;
  const void* b;
  void* y;
  Walk walk;
  std::uint8_t element_size;
};

/// y = x with another element type and, through the walk, another order. Any dtype to any.
struct CopyArgs {
  const void* x;
  void* y;
  Walk walk;                      ///< stride[0] is x's; stride[1] is y's
  DType from, to;
};

/// y[i] = value. Element sizes 1, 2, 4, 8.
struct FillArgs {
  void* y;
  std::int64_t n;
  std::uint64_t bits;             ///< the element's bytes, lowest first
  std::uint8_t element_size;
};

namespace cpu {
void unary(const UnaryArgs&, Stream);
void unary_grad(const UnaryGradArgs&, Stream);
void binary(const BinaryArgs&, Stream);
void compare(const BinaryArgs&, Stream);
void where(const WhereArgs&, Stream);
void copy(const CopyArgs&, Stream);
void fill(const FillArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<UnaryArgs> unary{"unary", cpu::unary};
inline constexpr Kernel<UnaryGradArgs> unary_grad{"unary_grad", cpu::unary_grad};
inline constexpr Kernel<BinaryArgs> binary{"binary", cpu::binary};
inline constexpr Kernel<BinaryArgs> compare{"compare", cpu::compare};
inline constexpr Kernel<WhereArgs> where{"where", cpu::where};
inline constexpr Kernel<CopyArgs> copy{"copy", cpu::copy};
inline constexpr Kernel<FillArgs> fill{"fill", cpu::fill};

}  // namespace lepton::kernels
