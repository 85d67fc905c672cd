// Area under the precision-recall curve.
#pragma once

#include <cstdint>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::metrics {

/// The precision at each threshold, weighted by the recall that is won there; equal scores share a threshold. Of more than
/// two classes the mean over the classes, each against the others. Collects a number a sample and class.
class LEPTON_API AveragePrecision {
 public:
  /// Logits and targets as Accuracy::update takes them: [N, C], or one logit for two classes; weights: [N] of the samples,
  /// or undefined for ones. Throws where the number of classes changes, or a target is none of them.
  void update(const Tensor& logits, const Tensor& target, const Tensor& weights = {});
  /// Adds what another has seen; throws where it has another number of classes.
  void merge(const AveragePrecision& other);
  void reset() { *this = {}; }

  /// Between 0 and 1; a class that never occurs has 0, as in scikit-learn. NaN before the first sample.
  double value() const;

 private:
  std::int64_t classes_ = 0;  // 0 before the first sample
  std::vector<double> scores_, weights_;
  std::vector<std::int64_t> labels_;
};

}  // namespace lepton::metrics
