// Normalisation of rows: layer and RMS normalisation, and what group normalisation is made of.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// With m and v a row's mean and biased variance, or where `rms` 0 and the mean of its squares: y = (x - m) /
/// sqrt(v + eps) * weight + bias. x, y: [rows, n] contiguous, weight and bias [n], mean and rstd [rows]; f32 or f64.
struct LayerNormArgs {
  const void* x;
  const void* weight;  ///< null for ones
  const void* bias;    ///< null for zeros
  void* y;
  void* mean;  ///< not written where `rms`
  void* rstd;  ///< 1 / sqrt(v + eps)
  std::int64_t rows, n;
  double eps;
  DType dtype;
  bool rms;
};

/// dx, dweight, dbias from g = dy. The sums over rows are taken in a number of parts that the sizes decide, added in
/// order. dx may be the memory of g.
struct LayerNormGradArgs {
  const void* x;
  const void* g;
  const void* weight;  ///< null for ones
  const void* mean;
  const void* rstd;
  void* dx;
  void* dweight;  ///< null where neither it nor dbias is wanted
  void* dbias;
  void* scratch;  ///< layer_norm_scratch(n) elements, where dweight is wanted
  std::int64_t rows, n;
  DType dtype;
  bool rms;
};

inline constexpr std::int64_t kLayerNormShards = 16;
constexpr std::int64_t layer_norm_scratch(std::int64_t n) { return 2 * n * kLayerNormShards; }

namespace cpu {
void layer_norm(const LayerNormArgs&, Stream);
void layer_norm_grad(const LayerNormGradArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<LayerNormArgs> layer_norm{"layer_norm", cpu::layer_norm};
inline constexpr Kernel<LayerNormGradArgs> layer_norm_grad{"layer_norm_grad", cpu::layer_norm_grad};

}  // namespace lepton::kernels
