// Batch normalisation in training, with what often follows it: a residual added and an activation.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// A formula of op::UnaryOps that batch normalisation can do as it writes.
enum class BatchNormActivation : std::uint8_t { none, relu, relu6 };

/// Rows of `c` channels: x, residual, y are [rows, c], everything else [c]. f32 or f64. With m, v the mean and the
/// biased variance of a channel over the rows: y = activation((x - m) / sqrt(v + eps) * weight + bias + residual). The
/// running statistics move by `momentum` towards m and the unbiased variance. Sums are taken in a fixed order. The bits
/// are those of batch_norm, `binary` and `unary` one after another. y may be the memory of x or of residual.
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
  BatchNormActivation activation;
  const void* residual;           ///< null for none
  void* mean_rest;                ///< what `mean` loses by rounding, for BatchNormGradArgs; null where nobody wants it
};

/// From g = dy: dresidual = the activation's gradient, `unary_grad` of g and y, and from that dx, dweight and dbias.
/// dx may be the memory of x or of g, dresidual that of g.
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
  BatchNormActivation activation;
  const void* y;                  ///< what batch_norm gave; read where there is an activation and no mean_rest
  void* dresidual;                ///< null where nobody wants it
  const void* mean_rest;          ///< that batch_norm gave, without a residual: y is made of x again, to read less memory
  const void* bias;               ///< with mean_rest; null for zeros
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
