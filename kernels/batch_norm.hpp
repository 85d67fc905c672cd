// Batch normalisation in training: statistics of the batch, and the gradient through them.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// Rows of `c` channels: x, y are [rows, c], everything else [c]. f32 or f64. With m, v the mean and the biased
/// variance of a channel over the rows: y = (x - m) / sqrt(v + eps) * weight + bias. The running statistics
/// move by `momentum` towards m and the unbiased variance. Sums are taken in a fixed order.
struct BatchNormArgs {
  const void* x;
  const void* weight;             ///< null for ones
  const void* bias;               ///< null for zeros
  void* running_mean;             ///< null where no statistics are kept
  void* running_var;
  void* y;
  void* mean;
  void* rstd;                     ///< 1 / sqrt(v + eps)
  void* scratch;                  ///< batch_norm_scratch(c) doubles
  std::int64_t rows, c;
  double eps, momentum;
  DType dtype;
};

struct BatchNormGradArgs {
  const void* x;
  const void* g;
  const void* weight;             ///< null for ones
  const void* mean;
  const void* rstd;
  void* dx;
  void* dweight;
  void* dbias;
  void* scratch;                  ///< batch_norm_scratch(c) doubles
  std::int64_t rows, c;
  DType dtype;
};

inline constexpr std::int64_t kBatchNormShards = 8;
constexpr std::int64_t batch_norm_scratch(std::int64_t c) { return 2 * c * kBatchNormShards; }

namespace cpu {
void batch_norm(const BatchNormArgs&, Stream);
void batch_norm_grad(const BatchNormGradArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<BatchNormArgs> batch_norm{"batch_norm", cpu::batch_norm};
inline constexpr Kernel<BatchNormGradArgs> batch_norm_grad{"batch_norm_grad", cpu::batch_norm_grad};

}  // namespace lepton::kernels
