// A running mean, as of the losses of an epoch.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::metrics {

/// Mean of numbers that come one by one, each with a weight (a batch's loss with the batch's size).
class Mean {
 public:
  void add(double value, double weight = 1) {
    sum_ += value * weight;
    weight_ += weight;
  }
  /// A tensor with one element.
  void add(const Tensor& value, double weight = 1) { add(value.item(), weight); }
  /// Adds what another has seen.
  void merge(const Mean& other) {
    sum_ += other.sum_;
    weight_ += other.weight_;
  }
  void reset() { *this = {}; }

  /// NaN before the first number.
  double value() const { return sum_ / weight_; }
  double weight() const { return weight_; }

 private:
  double sum_ = 0, weight_ = 0;
};

}  // namespace lepton::metrics
