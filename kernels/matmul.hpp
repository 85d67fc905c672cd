// Matrix product, with an optional bias.
#pragma once

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
  const void* bias;               ///< [n] or null
  void* c;
  std::int64_t batch, m, n, k;
  std::int64_t lda, ldb;
  std::int64_t batch_stride_a, batch_stride_b;
  bool trans_a, trans_b;
  DType dtype, compute;
};

namespace cpu {
void matmul(const MatmulArgs&, Stream);
void matmul(const MatmulArgs&, const Epilogue&);
}

inline constexpr Kernel<MatmulArgs> matmul{"matmul", cpu::matmul};

}  // namespace lepton::kernels
