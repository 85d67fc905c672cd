// Precision, recall and F1, with weights of samples and every way of averaging.
#pragma once

#include <cstdint>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::metrics {

/// How the figures of classes become one: that of class 1; their mean; that of all decisions counted together; their mean
/// weighted by how often each class occurs.
enum class Average : std::uint8_t { binary, macro, micro, weighted };

/// Right and wrong answers by class, and the figures that follow. Where a figure would divide by zero it is 0. Means are
/// over all classes, those included that never occur: scikit-learn's with labels=range(classes), zero_division=0.
class LEPTON_API PrecisionRecall {
 public:
  /// Throws where there are fewer than two classes.
  explicit PrecisionRecall(std::int64_t classes, Average average = Average::macro);

  /// Logits and targets as Accuracy::update takes them; weights: [N] of the samples, or undefined for ones. Throws for a
  /// class that is out of range.
  void update(const Tensor& logits, const Tensor& target, const Tensor& weights = {});
  /// Adds the counts of another; throws where it has another number of classes.
  void merge(const PrecisionRecall& other);
  void reset() { *this = PrecisionRecall(classes_, average_); }

  /// By the average that it was made with.
  double precision() const { return precision(average_); }
  double recall() const { return recall(average_); }
  double f1() const { return f1(average_); }
  double value() const { return f1(); }
  double precision(Average average) const;
  double recall(Average average) const;
  double f1(Average average) const;
  /// How often a class occurs.
  double support(std::int64_t c) const { return actual_[std::size_t(c)]; }

 private:
  using Counts = std::vector<double>;
  double averaged(Average average, double (*figure)(double right, double predicted, double actual)) const;

  std::int64_t classes_;
  Average average_;
  Counts right_, predicted_, actual_;  // by class
};

}  // namespace lepton::metrics
