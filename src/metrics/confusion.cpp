// Counting answers by class.
#include "lepton/metrics/confusion.hpp"

#include <string>

#include "src/metrics/predictions.hpp"

namespace lepton::metrics {
namespace {

double ratio(std::int64_t part, std::int64_t whole) { return whole == 0 ? 0 : double(part) / double(whole); }

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::int64_t classes) : classes_(classes) {
  if (classes < 2)
    throw Error("confusion_matrix", "needs at least two classes, got " + std::to_string(classes));
  counts_.resize(std::size_t(classes * classes));
}

void ConfusionMatrix::update(const Tensor& logits, const Tensor& target) {
  const auto answers = predictions(logits, target, "confusion_matrix").to_vector<std::int64_t>();
  const auto truths = target.to_vector<std::int64_t>();
  const auto in_range = [&](std::int64_t c) { return c >= 0 && c < classes_; };
  for (std::size_t i = 0; i < truths.size(); ++i)
    if (!in_range(truths[i]) || !in_range(answers[i]))
      throw Error("confusion_matrix", "class " +
                                          std::to_string(in_range(truths[i]) ? answers[i] : truths[i]) +
                                          " is not one of " + std::to_string(classes_));
  for (std::size_t i = 0; i < truths.size(); ++i) ++counts_[std::size_t(truths[i] * classes_ + answers[i])];
}

void ConfusionMatrix::merge(const ConfusionMatrix& other) {
  if (other.classes_ != classes_)
    throw Error("confusion_matrix", "of " + std::to_string(other.classes_) +
                                        " classes does not merge into one of " + std::to_string(classes_));
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::int64_t ConfusionMatrix::at(std::int64_t actual, std::int64_t predicted) const {
  if (actual < 0 || predicted < 0 || actual >= classes_ || predicted >= classes_)
    throw Error("confusion_matrix", "has no class beyond " + std::to_string(classes_ - 1));
  return counts_[std::size_t(actual * classes_ + predicted)];
}

double ConfusionMatrix::accuracy() const {
  std::int64_t correct = 0, all = 0;
  for (const std::int64_t n : counts_) all += n;
  for (std::int64_t c = 0; c < classes_; ++c) correct += at(c, c);
  return ratio(correct, all);
}

double ConfusionMatrix::precision(std::int64_t c) const {
  std::int64_t predicted = 0;
  for (std::int64_t i = 0; i < classes_; ++i) predicted += at(i, c);
  return ratio(at(c, c), predicted);
}

double ConfusionMatrix::recall(std::int64_t c) const {
  std::int64_t actual = 0;
  for (std::int64_t i = 0; i < classes_; ++i) actual += at(c, i);
  return ratio(at(c, c), actual);
}

double ConfusionMatrix::f1(std::int64_t c) const {
  const double p = precision(c), r = recall(c);
  return p + r == 0 ? 0 : 2 * p * r / (p + r);
}

namespace {

template <class Figure> double mean_over(std::int64_t classes, Figure&& figure) {
  double total = 0;
  for (std::int64_t c = 0; c < classes; ++c) total += figure(c);
  return total / double(classes);
}

}  // namespace

double ConfusionMatrix::macro_precision() const {
  return mean_over(classes_, [&](std::int64_t c) { return precision(c); });
}
double ConfusionMatrix::macro_recall() const {
  return mean_over(classes_, [&](std::int64_t c) { return recall(c); });
}
double ConfusionMatrix::macro_f1() const {
  return mean_over(classes_, [&](std::int64_t c) { return f1(c); });
}

double ConfusionMatrix::weighted_f1() const {
  double total = 0, all = 0;
  for (std::int64_t c = 0; c < classes_; ++c) {
    double actual = 0;
    for (std::int64_t p = 0; p < classes_; ++p) actual += double(at(c, p));
    total += actual * f1(c);
    all += actual;
  }
  return all == 0 ? 0 : total / all;
}

}  // namespace lepton::metrics
