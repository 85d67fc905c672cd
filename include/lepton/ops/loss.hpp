// Losses of classification, and squared and absolute differences. Others: regression_loss.hpp, margin_loss.hpp, ctc_loss.hpp.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton {

// With two arguments each gives one number, the mean over the batch. A further one sets what PyTorch's functions have,
// under PyTorch's names; a weight that is undefined stands for ones.

/// What becomes of the losses of single elements. `batch_mean`: their sum by the size of the first axis.
enum class Reduction : std::uint8_t { none, mean, sum, batch_mean };

/// Mean of -log softmax(logits)[target]. logits: [N, C] (f32, f64); target: [N] class indices (i64). Throws for a
/// target outside [0, C), also in a captured step.
LEPTON_API Tensor cross_entropy(const Tensor& logits, const Tensor& target);

struct CrossEntropyOptions {
  Tensor weight = {};                ///< [C], of the classes; the mean is that weighted by the targets' weights
  std::int64_t ignore_index = -100;  ///< a target that counts for nothing
  double label_smoothing = 0;        ///< what goes from the target to all classes alike (Szegedy et al. 2016)
  Reduction reduction = Reduction::mean;
};
/// logits: [C] or [N, C, ...]; target: class indices (i64) [] or [N, ...], or probabilities of the shape of logits.
/// `ignore_index` concerns indices only. Gives [], or with Reduction::none a loss for each index.
LEPTON_API Tensor cross_entropy(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options);

struct NllOptions {
  Tensor weight = {};  ///< [C]
  std::int64_t ignore_index = -100;
  Reduction reduction = Reduction::mean;
};
/// -log_probabilities[target], as cross_entropy of class indices has them.
LEPTON_API Tensor nll_loss(const Tensor& log_probabilities, const Tensor& target, const NllOptions& options = {});

/// Mean binary cross-entropy of sigmoid(logits) against targets in [0, 1], of the same shape and type.
LEPTON_API Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target);

struct BceWithLogitsOptions {
  Tensor weight = {};      ///< of elements; broadcasts
  Tensor pos_weight = {};  ///< of the share of targets that is 1; broadcasts
  Reduction reduction = Reduction::mean;
};
LEPTON_API Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target,
                                                   const BceWithLogitsOptions& options);

/// Mean binary cross-entropy of probabilities in [0, 1]; logarithms are limited to -100, as in PyTorch.
LEPTON_API Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target);

struct BceOptions {
  Tensor weight = {};  ///< of elements; broadcasts
  Reduction reduction = Reduction::mean;
};
LEPTON_API Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target, const BceOptions& options);

/// Mean of squared differences; the shapes must be equal.
LEPTON_API Tensor mse_loss(const Tensor& x, const Tensor& target);
LEPTON_API Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction);

/// Mean of absolute differences; the shapes must be equal.
LEPTON_API Tensor l1_loss(const Tensor& x, const Tensor& target);
LEPTON_API Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction);

}  // namespace lepton
