// Area under the ROC curve.
#pragma once

#include <cstdint>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::metrics {

/// The chance that a sample of a class scores higher than one of the others, ties counting half (Hanley &
/// McNeil 1982); of more than two classes the mean over the classes, each against the others. Collects a number
/// a sample and class.
class LEPTON_API RocAuc {
 public:
  /// Logits and targets as Accuracy::update takes them: [N, C], or one logit for two classes. Throws where
  /// the number of classes changes, a target is none of them, or a logit is NaN.
  void update(const Tensor& logits, const Tensor& target);
  /// Adds what another has seen; throws where it has another number of classes.
  void merge(const RocAuc& other);
  void reset() { *this = {}; }

  /// Between 0 and 1; NaN where some class, or all others, have not occurred.
  double value() const;
  std::int64_t count() const { return std::int64_t(labels_.size()); }

 private:
  std::vector<double> column(std::int64_t c) const;

  std::int64_t classes_ = 0;    // 0 before the first sample
  std::vector<double> scores_;  // of two classes one a sample, else softmax of each, row by row
  std::vector<std::int64_t> labels_;
};

}  // namespace lepton::metrics
