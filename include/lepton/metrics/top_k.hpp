// Share of answers among whose k likeliest the right one is.
#pragma once

#include <cstdint>

#include "lepton/tensor/tensor.hpp"

namespace lepton::metrics {

/// Top-k accuracy over any number of batches. Of equal logits that of the higher class counts as the larger, as in
/// scikit-learn.
class LEPTON_API TopK {
 public:
  /// Throws where k is below 1.
  explicit TopK(std::int64_t k);

  /// logits: [N, C], target: [N] class indices; weights: [N] of the samples, or undefined for ones. Throws for a class
  /// that is out of range.
  void update(const Tensor& logits, const Tensor& target, const Tensor& weights = {});
  /// Adds what another has seen; throws where its k is another.
  void merge(const TopK& other);
  void reset() { *this = TopK(k_); }

  /// Between 0 and 1; NaN before the first answer.
  double value() const { return right_ / all_; }

 private:
  std::int64_t k_;
  double right_ = 0, all_ = 0;
};

}  // namespace lepton::metrics
