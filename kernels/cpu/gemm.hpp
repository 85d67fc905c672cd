// Our own matrix product: for matrices too small for a library call to pay, and for f64.
#pragma once

#include <cstdint>

namespace lepton::kernels::cpu {

/// c[i, j] = sum over p of a[i, p] * b[p, j] (+ bias[j]). c is [m, n] with row stride ldc; a's elements are
/// anywhere (row stride a_row, column stride a_col); b is stored by rows [k, n], or by columns where trans_b.
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

void gemm(const Gemm<float>& g);
void gemm(const Gemm<double>& g);

#define LEPTON_DECLARE_GEMM(ISA)   \
  namespace ISA {                  \
  void gemm(const Gemm<float>& g);  \
  void gemm(const Gemm<double>& g); \
  }
LEPTON_DECLARE_GEMM(v3)
LEPTON_DECLARE_GEMM(v4)
#undef LEPTON_DECLARE_GEMM

}  // namespace lepton::kernels::cpu
