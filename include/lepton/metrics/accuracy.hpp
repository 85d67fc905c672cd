// Share of right answers.
#pragma once

#include <cstdint>

#include "lepton/tensor/tensor.hpp"

namespace lepton::metrics {

/// Accuracy over any number of batches, and of any number of counts taken side by side.
class LEPTON_API Accuracy {
 public:
  /// logits: [..., C] with target [...] class indices; or, of two classes, one logit each: [...] or [..., 1]
  /// with target [...] of 0 and 1, where a logit above 0 stands for 1. Throws where the shapes do not fit.
  void update(const Tensor& logits, const Tensor& target);
  /// Adds the counts of another.
  void merge(const Accuracy& other);
  void reset() { *this = {}; }

  /// Between 0 and 1; NaN before the first answer.
  double value() const { return double(correct_) / double(count_); }
  std::int64_t correct() const { return correct_; }
  std::int64_t count() const { return count_; }

 private:
  std::int64_t correct_ = 0, count_ = 0;
};

/// Accuracy of one batch; shapes as for Accuracy::update.
LEPTON_API double accuracy(const Tensor& logits, const Tensor& target);

}  // namespace lepton::metrics
