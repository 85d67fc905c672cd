// How good predicted probabilities are.
#pragma once

#include <cstdint>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::metrics {

// `update` takes logits and targets as Accuracy::update does: [N, C] with class indices [N], or one logit for two
// classes. weights: [N] of the samples, or undefined for ones. Figures are NaN before the first sample.

/// Mean of -log of the probability of the right class.
class LEPTON_API LogLoss {
 public:
  void update(const Tensor& logits, const Tensor& target, const Tensor& weights = {});
  void merge(const LogLoss& other);
  void reset() { *this = {}; }
  double value() const { return sum_ / weight_; }

 private:
  double sum_ = 0, weight_ = 0;
};

/// Mean of squared distances between probabilities and what is: of two classes that of one of them (Brier 1950), of more
/// the sum over all.
class LEPTON_API BrierScore {
 public:
  void update(const Tensor& logits, const Tensor& target, const Tensor& weights = {});
  void merge(const BrierScore& other);
  void reset() { *this = {}; }
  double value() const { return sum_ / weight_; }

 private:
  double sum_ = 0, weight_ = 0;
};

/// Expected calibration error: samples are sorted into bins of equal width by the probability of their likeliest class,
/// whose mean in each bin is compared with the share of right answers there (Guo et al. 2017).
class LEPTON_API CalibrationError {
 public:
  /// Throws where there is no bin.
  explicit CalibrationError(std::int64_t bins = 15);
  void update(const Tensor& logits, const Tensor& target, const Tensor& weights = {});
  /// Throws where the other has another number of bins.
  void merge(const CalibrationError& other);
  void reset() { *this = CalibrationError(std::int64_t(weight_.size())); }
  /// Mean over the samples of the difference in their bin.
  double value() const;
  /// The largest difference of a bin that is not empty.
  double largest() const;

 private:
  std::vector<double> weight_, right_, confidence_;  // by bin
};

}  // namespace lepton::metrics
