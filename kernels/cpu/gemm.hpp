// The product of small matrices, in one piece on one thread.
#pragma once

#include <cstdint>

namespace lepton::kernels::cpu {

/// c[i, j] = sum over p of a[i, p] * b[p, j] (+ bias[j]). c is [m, n] with row stride ldc; a is stored by rows or by
/// columns (one of the strides a_row and a_col is 1); b is stored by rows [k, n], or by columns where trans_b.
template <class T> struct Gemm {
  const T* a;
  std::int64_t a_row, a_col;
  const T* b;
  std::int64_t ldb;
  bool trans_b;
  const T* bias;
  T* c;
  std::int64_t ldc;
  std::int64_t m, n, k;
};

/// Rows up to which, and depth from which, factors that both lie along k are multiplied as dot products.
inline constexpr std::int64_t kDotRows = 8, kDotDepth = 128;

void gemm(const Gemm<float>& g);
void gemm(const Gemm<double>& g);

#define LEPTON_DECLARE_GEMM(ISA)    \
  namespace ISA {                   \
  void gemm(const Gemm<float>& g);  \
  void gemm(const Gemm<double>& g); \
  }
LEPTON_DECLARE_GEMM(v3)
LEPTON_DECLARE_GEMM(v4)
#undef LEPTON_DECLARE_GEMM

}  // namespace lepton::kernels::cpu
