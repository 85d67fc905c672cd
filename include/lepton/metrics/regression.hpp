// How far predicted numbers are off.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::metrics {

/// Errors of numbers, over any number of batches: R2, MAE, MSE, MAPE. In the units of what is compared; `scale`
/// turns those of a standardised target into its own: Regression(pipeline.target_scale()).
class LEPTON_API Regression {
 public:
  explicit Regression(double scale = 1) : scale_(scale) {}

  /// prediction and target: of one shape, or with as many elements where one has an axis of size 1 more. weights: as many
  /// again, or undefined for ones.
  void update(const Tensor& prediction, const Tensor& target, const Tensor& weights = {});
  void merge(const Regression& other);
  void reset() { *this = Regression(scale_); }

  /// 1 - squared errors / squared distances from the mean target. Of targets that are all equal 1 where
  /// every prediction is right, else 0, as in scikit-learn; NaN below two samples.
  double r2() const;
  /// Mean absolute error; NaN before the first sample, like those below.
  double mae() const { return scale_ * absolute_ / count_; }
  /// Mean squared error.
  double mse() const { return scale_ * scale_ * squared_ / count_; }
  /// Mean of absolute errors relative to the targets, which count as 2^-52 at least, as in scikit-learn. It has no unit:
  /// a scale does not change it.
  double mape() const { return relative_ / count_; }
  /// The root of mse.
  double rmse() const;
  /// Samples, or the sum of their weights.
  double count() const { return count_; }

 private:
  double scale_;
  double count_ = 0, mean_ = 0;  // of the targets
  double spread_ = 0;            // squared distances of the targets from their mean
  double squared_ = 0, absolute_ = 0, relative_ = 0;  // errors
  std::int64_t samples_ = 0;
};

}  // namespace lepton::metrics
