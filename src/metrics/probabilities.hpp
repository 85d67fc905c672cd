// Logits and targets as numbers on the host, for metrics of probabilities.
#pragma once

#include <cstdint>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::metrics {

/// Samples with a probability for each class.
struct Samples {
  std::int64_t classes = 0;
  std::vector<double> logits;  ///< [n, classes]; of one logit z a sample (0, z)
  std::vector<std::int64_t> labels;
  std::vector<double> weights;

  std::size_t size() const { return labels.size(); }
  const double* row(std::size_t i) const { return logits.data() + i * std::size_t(classes); }
  /// log softmax of a sample's logits.
  std::vector<double> log_probabilities(std::size_t i) const;
  std::vector<double> probabilities(std::size_t i) const;
};

/// From logits, targets and perhaps weights as the metrics take them. Throws naming `op` where they do not fit.
Samples samples(const Tensor& logits, const Tensor& target, const Tensor& weights, const char* op);

}  // namespace lepton::metrics
