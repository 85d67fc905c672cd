// Connectionist temporal classification: losses and gradients.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// What both passes read. log_p: [steps, n, classes] contiguous, f32 or f64; targets: [n, width], or one after the
/// other where width is 0. A path goes through 2 length + 1 states: blanks, and labels between them.
struct CtcShape {
  std::int64_t steps, n, classes, width, total, blank;
  std::int64_t states;  ///< room for a sample's states: 2 (width, or total) + 1
  DType dtype;
};

/// loss[i] = -log of the sum over paths; alpha: [n, steps, states] (f64), logarithms of the paths' sums up to a step.
/// Throws Error for a length or a target out of range.
struct CtcArgs {
  const void* log_p;
  const std::int64_t* targets;
  const std::int64_t* input_lengths;
  const std::int64_t* target_lengths;
  void* loss;
  double* alpha;
  CtcShape shape;
};

/// dlog_p = -g[i] times the share of paths that are in a class at a step. Zeros where the loss is infinite, if
/// `zero_infinity`; NaN otherwise.
struct CtcGradArgs {
  const void* log_p;
  const std::int64_t* targets;
  const std::int64_t* input_lengths;
  const std::int64_t* target_lengths;
  const void* g;  ///< [n]
  const double* alpha;
  double* beta;  ///< scratch: [n, 2, states]
  void* dlog_p;
  CtcShape shape;
  bool zero_infinity;
};

namespace cpu {
void ctc(const CtcArgs&, Stream);
void ctc_grad(const CtcGradArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<CtcArgs> ctc{"ctc", cpu::ctc};
inline constexpr Kernel<CtcGradArgs> ctc_grad{"ctc_grad", cpu::ctc_grad};

}  // namespace lepton::kernels
