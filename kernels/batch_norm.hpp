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
  std::int64_t images;            ///< that the rows are the pixels of
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
  std::int64_t images;            ///< that the rows are the pixels of
};

inline constexpr std::int64_t kBatchNormShards = 8;
constexpr std::int64_t batch_norm_scratch(std::int64_t c) { return 3 * c * kBatchNormShards; }

// Either in two halves, which together give the bits of the whole: sums over all rows, and what is done with each row.
// The arguments are those of the whole; what a half neither reads nor writes may be null. The second half of batch_norm
// reads mean, rstd and mean_rest, that of batch_norm_grad dweight and dbias; where there is dresidual, it takes that for g
// and no activation.

/// Some images of a shard of either: pointers to pictures lead to the first one.
struct BatchNormPart {
  std::int64_t images, shard;
  bool starts;  ///< whether they are the shard's first
};

namespace cpu {
void batch_norm(const BatchNormArgs&, Stream);
void batch_norm_statistics(const BatchNormArgs&, Stream);
void batch_norm_apply(const BatchNormArgs&, Stream);
void batch_norm_grad(const BatchNormGradArgs&, Stream);
void batch_norm_grad_sums(const BatchNormGradArgs&, Stream);
void batch_norm_grad_apply(const BatchNormGradArgs&, Stream);

/// Whether the halves can be done part by part, each on one thread, the parts of a shard one after the other: its
/// kBatchNormShards shards are of whole images.
bool batch_norm_has_parts(std::int64_t rows, std::int64_t images);
void batch_norm_add(const BatchNormArgs&, const BatchNormPart&);
void batch_norm_finish(const BatchNormArgs&);  ///< when all parts are added
void batch_norm_apply_part(const BatchNormArgs&, const BatchNormPart&);
void batch_norm_grad_add(const BatchNormGradArgs&, const BatchNormPart&);
void batch_norm_grad_finish(const BatchNormGradArgs&);
void batch_norm_grad_apply_part(const BatchNormGradArgs&, const BatchNormPart&);
}  // namespace cpu

inline constexpr Kernel<BatchNormArgs> batch_norm{"batch_norm", cpu::batch_norm};
inline constexpr Kernel<BatchNormGradArgs> batch_norm_grad{"batch_norm_grad", cpu::batch_norm_grad};
inline constexpr Kernel<BatchNormArgs> batch_norm_statistics{"batch_norm_statistics", cpu::batch_norm_statistics};
inline constexpr Kernel<BatchNormArgs> batch_norm_apply{"batch_norm_apply", cpu::batch_norm_apply};
inline constexpr Kernel<BatchNormGradArgs> batch_norm_grad_sums{"batch_norm_grad_sums", cpu::batch_norm_grad_sums};
inline constexpr Kernel<BatchNormGradArgs> batch_norm_grad_apply{"batch_norm_grad_apply", cpu::batch_norm_grad_apply};

}  // namespace lepton::kernels
