// scikit-learn's cases and figures, as make_metrics_golden.py writes them.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace lepton::metrics {

struct ClassCase {
  std::int64_t classes;
  std::vector<double> logits;
  std::vector<std::int64_t> labels;
  double auc, accuracy, macro_f1, weighted_f1, macro_precision, macro_recall;
};
struct NumberCase {
  std::vector<double> prediction, target;
  double r2, mae, mse;
};
/// Top-k; precision, recall and F1 by each Average, NaN where it does not apply; average precision, log loss, Brier score,
/// calibration error of 10 bins.
struct WeightedCase {
  std::int64_t classes, k;
  std::vector<double> logits;
  std::vector<std::int64_t> labels;
  std::vector<double> weights;
  std::vector<double> figures;
};
struct WeightedNumbers {
  std::vector<double> prediction, target, weights;
  double r2, mae, mse, mape;
};
#include "tests/metrics/metrics_golden.inc"

}  // namespace lepton::metrics
