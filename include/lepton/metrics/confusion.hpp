// Which classes are taken for which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::metrics {

/// Counts of answers by true and by predicted class, and the figures that follow from them. Where a figure
/// would divide by zero (a class that never occurs, or is never predicted) it is 0, as in scikit-learn.
class LEPTON_API ConfusionMatrix {
 public:
  /// Throws where there are fewer than two classes.
  explicit ConfusionMatrix(std::int64_t classes);

  /// Logits and targets as Accuracy::update takes them; throws for a class that is out of range.
  void update(const Tensor& logits, const Tensor& target);
  /// Adds the counts of another; throws where it has another number of classes.
  void merge(const ConfusionMatrix& other);

  std::int64_t classes() const { return classes_; }
  /// How many of class `actual` were taken for `predicted`.
  std::int64_t at(std::int64_t actual, std::int64_t predicted) const;

  double accuracy() const;
  /// Of what was predicted as class c, the share that is.
  double precision(std::int64_t c) const;
  /// Of what is of class c, the share that was predicted as it.
  double recall(std::int64_t c) const;
  /// Harmonic mean of precision and recall.
  double f1(std::int64_t c) const;
  /// Means over the classes. That of recall is also called balanced accuracy.
  double macro_precision() const;
  double macro_recall() const;
  double macro_f1() const;
  /// f1 of the classes, each weighted by how often it occurs.
  double weighted_f1() const;
  /// f1 of class 1, the positive one of two.
  double binary_f1() const { return f1(1); }

 private:
  std::int64_t classes_;
  std::vector<std::int64_t> counts_;  // [actual, predicted]
};

}  // namespace lepton::metrics
