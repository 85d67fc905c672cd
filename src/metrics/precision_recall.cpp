// Precision, recall and F1.
#include "lepton/metrics/precision_recall.hpp"

#include <string>

#include "lepton/core/error.hpp"
#include "src/metrics/predictions.hpp"

namespace lepton::metrics {
namespace {

constexpr auto kOp = "precision_recall";

double ratio(double part, double whole) { return whole == 0 ? 0 : part / whole; }
double precision_of(double right, double predicted, double) { return ratio(right, predicted); }
double recall_of(double right, double, double actual) { return ratio(right, actual); }
double f1_of(double right, double predicted, double actual) { return ratio(2 * right, predicted + actual); }

}  // namespace

PrecisionRecall::PrecisionRecall(std::int64_t classes, Average average)
    : classes_(classes), average_(average) {
  if (classes < 2) throw Error(kOp, "needs at least two classes, got " + std::to_string(classes));
  for (Counts* counts : {&right_, &predicted_, &actual_}) counts->resize(std::size_t(classes));
}

void PrecisionRecall::update(const Tensor& logits, const Tensor& target, const Tensor& weights) {
  const auto answers = predictions(logits, target, kOp).to_vector<std::int64_t>();
  const auto truths = target.to_vector<std::int64_t>();
  if (weights.defined() && weights.numel() != target.numel())
    throw Error(kOp,
                "weights " + to_string(weights.shape()) + " do not fit target " + to_string(target.shape()));
  const auto w = weights.defined() ? weights.to_vector<double>() : Counts(truths.size(), 1);
  for (const auto* classes : {&truths, &answers})
    for (const std::int64_t c : *classes)
      if (c < 0 || c >= classes_)
        throw Error(kOp, "class " + std::to_string(c) + " is not one of " + std::to_string(classes_));
  for (std::size_t i = 0; i < truths.size(); ++i) {
    const std::size_t truth = std::size_t(truths[i]), answer = std::size_t(answers[i]);
    actual_[truth] += w[i];
    predicted_[answer] += w[i];
    if (truth == answer) right_[truth] += w[i];
  }
}

void PrecisionRecall::merge(const PrecisionRecall& other) {
  if (other.classes_ != classes_)
    throw Error(kOp, "of " + std::to_string(other.classes_) + " classes does not merge into one of " +
                         std::to_string(classes_));
  for (std::size_t c = 0; c < right_.size(); ++c) {
    right_[c] += other.right_[c];
    predicted_[c] += other.predicted_[c];
    actual_[c] += other.actual_[c];
  }
}

double PrecisionRecall::averaged(Average average, double (*figure)(double, double, double)) const {
  if (average == Average::binary) return figure(right_[1], predicted_[1], actual_[1]);
  double right = 0, predicted = 0, actual = 0, sum = 0, weighted = 0;
  for (std::size_t c = 0; c < right_.size(); ++c) {
    const double f = figure(right_[c], predicted_[c], actual_[c]);
    sum += f;
    weighted += f * actual_[c];
    right += right_[c];
    predicted += predicted_[c];
    actual += actual_[c];
  }
  if (average == Average::micro) return figure(right, predicted, actual);
  return average == Average::macro ? sum / double(classes_) : ratio(weighted, actual);
}

double PrecisionRecall::precision(Average average) const { return averaged(average, precision_of); }
double PrecisionRecall::recall(Average average) const { return averaged(average, recall_of); }
double PrecisionRecall::f1(Average average) const { return averaged(average, f1_of); }

}  // namespace lepton::metrics
