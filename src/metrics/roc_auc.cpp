// ROC AUC by ranks.
#include "lepton/metrics/roc_auc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "lepton/core/error.hpp"

namespace lepton::metrics {
namespace {

/// Pairs of one in and one outside the class, counted by their order.
double area(const std::vector<double>& scores, const std::vector<std::int64_t>& labels,
            std::int64_t positive) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double in = 0, out = 0, right = 0;
  for (std::size_t i = 0; i < order.size();) {
    double tied_in = 0, tied_out = 0;
    const double score = scores[order[i]];
    for (; i < order.size() && scores[order[i]] == score; ++i)
      (labels[order[i]] == positive ? tied_in : tied_out) += 1;
    right += tied_in * (out + tied_out / 2);
    in += tied_in;
    out += tied_out;
  }
  return in == 0 || out == 0 ? std::numeric_limits<double>::quiet_NaN() : right / (in * out);
}

/// Probabilities of the logits of one sample, in place.
void softmax(double* x, std::int64_t n) {
  const double top = *std::max_element(x, x + n);
  double sum = 0;
  for (std::int64_t c = 0; c < n; ++c) sum += x[c] = std::exp(x[c] - top);
  for (std::int64_t c = 0; c < n; ++c) x[c] /= sum;
}

}  // namespace

void RocAuc::update(const Tensor& logits, const Tensor& target) {
  const std::int64_t n = target.numel(), wide = n > 0 ? logits.numel() / n : 0;
  if (n == 0) return;
  if (wide * n != logits.numel() || wide == 0 || (wide > 1 && logits.shape().back() != wide))
    throw Error("roc_auc", "target " + to_string(target.shape()) + " does not fit logits " +
                               to_string(logits.shape()) + "; it is [N] for logits [N, classes]");
  const std::int64_t classes = std::max<std::int64_t>(wide, 2);
  if (classes_ != 0 && classes_ != classes)
    throw Error("roc_auc",
                "has seen " + std::to_string(classes_) + " classes before, now " + std::to_string(classes));
  std::vector<double> x = logits.to_vector<double>();
  const std::vector<double> y = target.to_vector<double>();
  for (const double v : x)
    if (std::isnan(v)) throw Error("roc_auc", "a logit is NaN");
  for (const double label : y)
    if (!(label >= 0 && label < double(classes)) || label != std::floor(label))
      throw Error("roc_auc",
                  "target " + std::to_string(label) + " is none of " + std::to_string(classes) + " classes");
  classes_ = classes;
  labels_.insert(labels_.end(), y.begin(), y.end());
  if (wide == 1) scores_.insert(scores_.end(), x.begin(), x.end());
  for (std::int64_t i = 0; wide > 1 && i < n; ++i) {
    double* row = x.data() + i * wide;
    if (wide == 2) {
      scores_.push_back(row[1] - row[0]);
      continue;
    }
    softmax(row, wide);
    scores_.insert(scores_.end(), row, row + wide);
  }
}

void RocAuc::merge(const RocAuc& other) {
  if (other.classes_ == 0) return;
  if (classes_ != 0 && classes_ != other.classes_)
    throw Error("roc_auc", "of " + std::to_string(other.classes_) + " classes does not merge into one of " +
                               std::to_string(classes_));
  classes_ = other.classes_;
  scores_.insert(scores_.end(), other.scores_.begin(), other.scores_.end());
  labels_.insert(labels_.end(), other.labels_.begin(), other.labels_.end());
}

/// Each sample's score of a class of several.
std::vector<double> RocAuc::column(std::int64_t c) const {
  std::vector<double> out;
  for (std::size_t i = std::size_t(c); i < scores_.size(); i += std::size_t(classes_))
    out.push_back(scores_[i]);
  return out;
}

double RocAuc::value() const {
  if (classes_ <= 2) return area(scores_, labels_, 1);
  double sum = 0;
  for (std::int64_t c = 0; c < classes_; ++c) sum += area(column(c), labels_, c);
  return sum / double(classes_);
}

}  // namespace lepton::metrics
