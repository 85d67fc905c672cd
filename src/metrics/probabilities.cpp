// Logits and targets as numbers on the host.
#include "src/metrics/probabilities.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "lepton/core/error.hpp"

namespace lepton::metrics {

std::vector<double> Samples::log_probabilities(std::size_t i) const {
  const double* const x = row(i);
  const double top = *std::max_element(x, x + classes);
  double sum = 0;
  for (std::int64_t c = 0; c < classes; ++c) sum += std::exp(x[c] - top);
  std::vector<double> y(x, x + classes);
  for (double& v : y) v -= top + std::log(sum);
  return y;
}

std::vector<double> Samples::probabilities(std::size_t i) const {
  std::vector<double> p = log_probabilities(i);
  for (double& v : p) v = std::exp(v);
  return p;
}

Samples samples(const Tensor& logits, const Tensor& target, const Tensor& weights, const char* op) {
  const std::int64_t n = target.numel(), wide = n > 0 ? logits.numel() / n : 0;
  Samples s;
  if (n == 0) return s;
  if (wide * n != logits.numel() || wide == 0 || (wide > 1 && logits.shape().back() != wide))
    throw Error(op, "target " + to_string(target.shape()) + " does not fit logits " +
                        to_string(logits.shape()) + "; it is [N] for logits [N, classes]");
  if (weights.defined() && weights.numel() != n)
    throw Error(op,
                "weights " + to_string(weights.shape()) + " do not fit target " + to_string(target.shape()));
  s.classes = std::max<std::int64_t>(wide, 2);
  s.logits = logits.to_vector<double>();
  if (wide == 1) {
    std::vector<double> both;
    for (const double z : s.logits) both.insert(both.end(), {0, z});
    s.logits = std::move(both);
  }
  for (const double label : target.to_vector<double>()) {
    if (!(label >= 0 && label < double(s.classes)) || label != std::floor(label))
      throw Error(
          op, "target " + std::to_string(label) + " is none of " + std::to_string(s.classes) + " classes");
    s.labels.push_back(std::int64_t(label));
  }
  s.weights = weights.defined() ? weights.to_vector<double>() : std::vector<double>(std::size_t(n), 1);
  return s;
}

}  // namespace lepton::metrics
