// Matrix product, with an optional bias; and one of its factors in the order in which the product reads it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/epilogue.hpp"
#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// c[t] = op(a[t]) @ op(b[t]) (+ bias, one value a column), for t < batch. op(a) is [m, k], op(b) is [k, n],
/// c is [m, n] contiguous. `a` is stored [m, k] with row stride lda, or [k, m] where trans_a; likewise b.
/// A batch stride of 0 repeats the matrix. k = 0 gives zeros (plus bias). dtype f32 or f64.
/// The order of summation depends on the sizes alone, not on the number of threads. `compute` is the type that
/// factors are rounded to before they are multiplied: `dtype`, or bf16 for f32 matrices; sums are f32 then.
struct MatmulArgs {
  const void* a;
  const void* b;
  const void* bias;  ///< [n] or null
  void* c;
  std::int64_t batch, m, n, k;
  std::int64_t lda, ldb;
  std::int64_t batch_stride_a, batch_stride_b;
  bool trans_a, trans_b;
  DType dtype, compute;
  bool b_packed;        ///< b is what matmul_pack made of it; one matrix for the whole batch. CPU only.
  bool a_bf16, b_bf16;  ///< with compute bf16: the factor lies in memory as bf16. CPU only.
};

/// op(b), as `matmul` would read it, in the order in which products of these sizes and this type read it.
/// Leading dimension, transposition and type of b as in MatmulArgs.
struct MatmulPackArgs {
  const void* b;
  void* packed;  ///< matmul_packed_bytes() bytes, aligned to 64
  std::int64_t n, k, ldb;
  bool trans_b, b_bf16;
  DType compute;
};

namespace cpu {
void matmul(const MatmulArgs&, Stream);
void matmul(const MatmulArgs&, const Epilogue&);
void matmul_pack(const MatmulPackArgs&, Stream);

/// Bytes of the packed form of b for such a product; 0 where b is read as it is, because packing would not pay.
/// A product gives the same bits with b packed or not.
std::size_t matmul_packed_bytes(const MatmulArgs& args);
}  // namespace cpu

inline constexpr Kernel<MatmulArgs> matmul{"matmul", cpu::matmul};
inline constexpr Kernel<MatmulPackArgs> matmul_pack{"matmul_pack", cpu::matmul_pack};

}  // namespace lepton::kernels
