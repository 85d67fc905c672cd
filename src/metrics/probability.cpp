// Figures of probabilities.
#include "lepton/metrics/probability.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "lepton/core/error.hpp"
#include "src/metrics/probabilities.hpp"

namespace lepton::metrics {

void LogLoss::update(const Tensor& logits, const Tensor& target, const Tensor& weights) {
  const Samples s = samples(logits, target, weights, "log_loss");
  for (std::size_t i = 0; i < s.size(); ++i) {
    sum_ -= s.weights[i] * s.log_probabilities(i)[std::size_t(s.labels[i])];
    weight_ += s.weights[i];
  }
}
void LogLoss::merge(const LogLoss& other) {
  sum_ += other.sum_;
  weight_ += other.weight_;
}

void BrierScore::update(const Tensor& logits, const Tensor& target, const Tensor& weights) {
  const Samples s = samples(logits, target, weights, "brier_score");
  for (std::size_t i = 0; i < s.size(); ++i) {
    const std::vector<double> p = s.probabilities(i);
    double squares = 0;
    for (std::size_t c = 0; c < p.size(); ++c) {
      const double d = p[c] - (std::int64_t(c) == s.labels[i] ? 1 : 0);
      squares += d * d;
    }
    sum_ += s.weights[i] * (s.classes == 2 ? squares / 2 : squares);  // both of two are off by the same
    weight_ += s.weights[i];
  }
}
void BrierScore::merge(const BrierScore& other) {
  sum_ += other.sum_;
  weight_ += other.weight_;
}

CalibrationError::CalibrationError(std::int64_t bins) {
  if (bins < 1) throw Error("calibration_error", "needs at least one bin, got " + std::to_string(bins));
  for (auto* counts : {&weight_, &right_, &confidence_}) counts->resize(std::size_t(bins));
}

void CalibrationError::update(const Tensor& logits, const Tensor& target, const Tensor& weights) {
  const Samples s = samples(logits, target, weights, "calibration_error");
  const double bins = double(weight_.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    const std::vector<double> p = s.probabilities(i);
    const auto top = std::max_element(p.begin(), p.end());
    // Bins are open below and closed above: (0, 1/bins], ...
    const std::size_t bin = std::size_t(std::clamp(std::ceil(*top * bins) - 1, 0.0, bins - 1));
    weight_[bin] += s.weights[i];
    confidence_[bin] += s.weights[i] * *top;
    right_[bin] += top - p.begin() == s.labels[i] ? s.weights[i] : 0;
  }
}

void CalibrationError::merge(const CalibrationError& other) {
  if (other.weight_.size() != weight_.size())
    throw Error("calibration_error", "of " + std::to_string(other.weight_.size()) +
                                         " bins does not merge into one of " +
                                         std::to_string(weight_.size()));
  for (std::size_t i = 0; i < weight_.size(); ++i) {
    weight_[i] += other.weight_[i];
    confidence_[i] += other.confidence_[i];
    right_[i] += other.right_[i];
  }
}

double CalibrationError::value() const {
  double off = 0, all = 0;
  for (std::size_t i = 0; i < weight_.size(); ++i) {
    off += std::fabs(right_[i] - confidence_[i]);
    all += weight_[i];
  }
  return off / all;
}

double CalibrationError::largest() const {
  double most = 0;
  for (std::size_t i = 0; i < weight_.size(); ++i)
    if (weight_[i] > 0) most = std::max(most, std::fabs(right_[i] - confidence_[i]) / weight_[i]);
  return most;
}

}  // namespace lepton::metrics
