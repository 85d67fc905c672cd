// Average precision by sorted scores.
#include "lepton/metrics/average_precision.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include "lepton/core/error.hpp"
#include "src/metrics/probabilities.hpp"

namespace lepton::metrics {
namespace {

constexpr auto kOp = "average_precision";

/// Of the samples' scores of one class.
double of_class(const std::vector<double>& scores, const std::vector<std::int64_t>& labels,
                const std::vector<double>& weights, std::int64_t positive) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  double positives = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) positives += labels[i] == positive ? weights[i] : 0;
  if (positives == 0) return 0;
  double right = 0, taken = 0, area = 0;
  for (std::size_t i = 0; i < order.size();) {
    const double score = scores[order[i]], before = right;
    for (; i < order.size() && scores[order[i]] == score; ++i) {
      taken += weights[order[i]];
      right += labels[order[i]] == positive ? weights[order[i]] : 0;
    }
    if (taken > 0) area += (right - before) / positives * (right / taken);
  }
  return area;
}

}  // namespace

void AveragePrecision::update(const Tensor& logits, const Tensor& target, const Tensor& weights) {
  const Samples s = samples(logits, target, weights, kOp);
  if (s.size() == 0) return;
  if (classes_ != 0 && classes_ != s.classes)
    throw Error(kOp,
                "has seen " + std::to_string(classes_) + " classes before, now " + std::to_string(s.classes));
  classes_ = s.classes;
  labels_.insert(labels_.end(), s.labels.begin(), s.labels.end());
  weights_.insert(weights_.end(), s.weights.begin(), s.weights.end());
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (classes_ == 2) {
      scores_.push_back(s.row(i)[1] - s.row(i)[0]);
      continue;
    }
    const std::vector<double> p = s.probabilities(i);
    scores_.insert(scores_.end(), p.begin(), p.end());
  }
}

void AveragePrecision::merge(const AveragePrecision& other) {
  if (other.classes_ == 0) return;
  if (classes_ != 0 && classes_ != other.classes_)
    throw Error(kOp, "of " + std::to_string(other.classes_) + " classes does not merge into one of " +
                         std::to_string(classes_));
  classes_ = other.classes_;
  scores_.insert(scores_.end(), other.scores_.begin(), other.scores_.end());
  weights_.insert(weights_.end(), other.weights_.begin(), other.weights_.end());
  labels_.insert(labels_.end(), other.labels_.begin(), other.labels_.end());
}

double AveragePrecision::value() const {
  if (classes_ == 0) return std::numeric_limits<double>::quiet_NaN();
  if (classes_ == 2) return of_class(scores_, labels_, weights_, 1);
  double sum = 0;
  for (std::int64_t c = 0; c < classes_; ++c) {
    std::vector<double> column;
    for (std::size_t i = std::size_t(c); i < scores_.size(); i += std::size_t(classes_))
      column.push_back(scores_[i]);
    sum += of_class(column, labels_, weights_, c);
  }
  return sum / double(classes_);
}

}  // namespace lepton::metrics
