// Softmax over rows, and the losses that end in it.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// y[r, :] = softmax(x[r, :]), or its logarithm. Contiguous [rows, n], f32 or f64. y may be x.
struct SoftmaxArgs {
  const void* x;
  void* y;
  std::int64_t rows, n;
  DType dtype;
  bool log;
};

/// loss = mean over rows of -log softmax(x[r, :])[target[r]]; p = softmax(x). Contiguous [rows, n]. p may be the memory
/// of x, and below dx that of p, so that a step needs room for the logits once.
/// Throws Error for a target outside [0, n).
struct CrossEntropyArgs {
  const void* x;
  const std::int64_t* target;
  void* loss;  ///< one element
  void* p;     ///< [rows, n]
  std::int64_t rows, n;
  DType dtype;
};

/// dx = (p - onehot(target)) * g / rows. dx may be p.
struct CrossEntropyGradArgs {
  const void* p;
  const std::int64_t* target;
  const void* g;  ///< one element
  void* dx;
  std::int64_t rows, n;
  DType dtype;
};

/// Loss and dx of the two kernels above, the same bits, in one pass over x in memory. dx may be x.
struct CrossEntropyWithGradArgs {
  const void* x;
  const std::int64_t* target;
  const void* g;  ///< one element
  void* loss;     ///< one element
  void* dx;       ///< [rows, n]
  std::int64_t rows, n;
  DType dtype;
};

/// loss = mean of max(x, 0) - x t + log(1 + e^-|x|): binary cross-entropy of sigmoid(x) against t in [0, 1].
struct BceArgs {
  const void* x;
  const void* target;
  void* loss;  ///< one element
  std::int64_t n;
  DType dtype;
};

/// dx = (sigmoid(x) - t) * g / n
struct BceGradArgs {
  const void* x;
  const void* target;
  const void* g;  ///< one element
  void* dx;
  std::int64_t n;
  DType dtype;
};

namespace cpu {
void softmax(const SoftmaxArgs&, Stream);
void cross_entropy(const CrossEntropyArgs&, Stream);
void cross_entropy_grad(const CrossEntropyGradArgs&, Stream);
void cross_entropy_with_grad(const CrossEntropyWithGradArgs&, Stream);
void bce(const BceArgs&, Stream);
void bce_grad(const BceGradArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<SoftmaxArgs> softmax{"softmax", cpu::softmax};
inline constexpr Kernel<CrossEntropyArgs> cross_entropy{"cross_entropy", cpu::cross_entropy};
inline constexpr Kernel<CrossEntropyGradArgs> cross_entropy_grad{"cross_entropy_grad",
                                                                 cpu::cross_entropy_grad};
inline constexpr Kernel<CrossEntropyWithGradArgs> cross_entropy_with_grad{"cross_entropy_with_grad",
                                                                          cpu::cross_entropy_with_grad};
inline constexpr Kernel<BceArgs> bce{"bce", cpu::bce};
inline constexpr Kernel<BceGradArgs> bce_grad{"bce_grad", cpu::bce_grad};

}  // namespace lepton::kernels
