// Softmax over very many classes with few weights for the rare ones.
#pragma once

#include <array>
#include <vector>

#include "lepton/nn/linear.hpp"

namespace lepton::nn {

struct AdaptiveLogSoftmaxOptions {
  std::int64_t in, classes;
  std::vector<std::int64_t>
      cutoffs;           ///< where a cluster of rarer classes begins, in rising order, below `classes`
  double div_value = 4;  ///< each cluster has in / div_value^(1, 2, ...) features
  bool head_bias = false;
};

/// The logarithms of the targets' probabilities, [N], and the loss: minus their mean.
struct AdaptiveLogSoftmaxResult {
  Tensor output, loss;
};

/// Classes, the most frequent first, in clusters: those below the first cutoff have a weight of full width in `head`,
/// as has each cluster, and the classes of a cluster narrower ones in `tail` (Grave et al. 2017). Names and shapes of
/// the weights are PyTorch's. All clusters are computed for all rows, which needs no sizes from the data, so that steps
/// can be captured: it saves weights, and not the time that skipping clusters would.
class LEPTON_API AdaptiveLogSoftmaxWithLoss : public Module {
 public:
  explicit AdaptiveLogSoftmaxWithLoss(const AdaptiveLogSoftmaxOptions& options);

  /// x: [N, in], target: [N] class indices (i64), those below `classes`.
  AdaptiveLogSoftmaxResult operator()(const Tensor& x, const Tensor& target) const;
  /// The logarithms of the probabilities of all classes: [N, in] -> [N, classes].
  Tensor log_prob(const Tensor& x) const;
  /// The most probable class of each row: [N, in] -> [N] (i64).
  Tensor predict(const Tensor& x) const;

  Linear head;
  std::vector<std::array<Linear, 2>> tail;
  LEPTON_FIELDS(head, tail)

 private:
  std::int64_t in_, frequent_;
};

}  // namespace lepton::nn
