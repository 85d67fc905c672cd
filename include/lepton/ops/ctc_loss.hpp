// The loss of sequences whose alignment is not known.
#pragma once

#include "lepton/ops/loss.hpp"

namespace lepton {

struct CtcOptions {
  std::int64_t blank = 0;                 ///< the class that stands for no label
  Reduction reduction = Reduction::mean;  ///< the mean is that of losses divided by their targets' lengths
  bool zero_infinity = false;  ///< a target that is too long for its input counts as 0, without a gradient
};

/// -log of the probability that the steps of an input give its target, whatever their alignment (Graves et al. 2006).
/// log_probabilities: [T, N, C] (f32, f64), logarithms of distributions over classes; targets: [N, S] padded, or
/// [sum of lengths], class indices (i64); input_lengths, target_lengths: [N] (i64). Throws for lengths and targets out
/// of range, also in a captured step.
///
/// It can be differentiated once. The gradient is that by the argument; PyTorch gives that of a softmax before it, which
/// differs by a term that the softmax's own gradient cancels: by logits both are the same.
LEPTON_API Tensor ctc_loss(const Tensor& log_probabilities, const Tensor& targets,
                           const Tensor& input_lengths, const Tensor& target_lengths,
                           const CtcOptions& options = {});

}  // namespace lepton
