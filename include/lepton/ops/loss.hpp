// Losses. Each gives one number, the mean over the batch.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// Mean of -log softmax(logits)[target]. logits: [N, C] (f32, f64); target: [N] class indices (i64). Throws for a
/// target outside [0, C), also in a captured step.
LEPTON_API Tensor cross_entropy(const Tensor& logits, const Tensor& target);

/// Mean binary cross-entropy of sigmoid(logits) against targets in [0, 1], of the same shape and type.
LEPTON_API Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target);

/// Mean binary cross-entropy of probabilities in [0, 1]; logarithms are limited to -100, as in PyTorch.
LEPTON_API Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target);

/// Mean of squared differences; the shapes must be equal.
LEPTON_API Tensor mse_loss(const Tensor& x, const Tensor& target);

/// Mean of absolute differences; the shapes must be equal.
LEPTON_API Tensor l1_loss(const Tensor& x, const Tensor& target);

}  // namespace lepton
