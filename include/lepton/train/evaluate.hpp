// evaluate: figures of a model on a dataset.
#pragma once

#include <cstdint>
#include <vector>

#include "lepton/core/autocast.hpp"
#include "lepton/data/dataset.hpp"
#include "lepton/train/metric.hpp"
#include "lepton/train/report.hpp"
#include "lepton/train/task.hpp"

namespace lepton {

struct EvaluateOptions {
  std::int64_t batch_size = 32;
  int workers = 2;                    ///< threads that read batches ahead
  DType autocast = autocast_dtype();  ///< bf16: it runs under Autocast(bf16); by default as around the call
};

namespace detail {
LEPTON_API std::vector<Figure> evaluate(Task& task, const data::Dataset& data,
                                        const std::vector<Metric>& metrics, const EvaluateOptions& options);
}

/// The metrics of `model(x)` against y, over all batches x, y of `data`. Runs in evaluation mode, which is
/// set back at the end, and off the tape. Throws for an empty dataset, and what model, metrics and data
/// throw.
///
///   double share = evaluate(model, test, {{"accuracy", metrics::Accuracy()}})[0].value;
template <class Model>
std::vector<Figure> evaluate(Model& model, const data::Dataset& data, const std::vector<Metric>& metrics,
                             const EvaluateOptions& options = {}) {
  detail::PredictTask<Model> task(model);
  return detail::evaluate(task, data, metrics, options);
}

}  // namespace lepton
