// predict: a model's outputs for all samples of a dataset.
#pragma once

#include "lepton/data/dataset.hpp"
#include "lepton/train/evaluate.hpp"
#include "lepton/train/task.hpp"

namespace lepton {

namespace detail {
LEPTON_API Tensor predict(Task& task, const data::Dataset& data, const EvaluateOptions& options);
}

/// `model(x)` for all samples of `data` in their order, [samples, ...] on the CPU, a batch at a time. Runs in evaluation
/// mode, which is set back at the end, and off the tape. Throws for an empty dataset, for outputs that do not count
/// samples by their first axis or differ in shape, and what model and data throw.
///
///   const Tensor classes = argmax(predict(model, test));
template <class Model>
Tensor predict(Model& model, const data::Dataset& data, const EvaluateOptions& options = {}) {
  detail::PredictTask<Model> task(model);
  return detail::predict(task, data, options);
}

}  // namespace lepton
