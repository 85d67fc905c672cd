// Predictions of whole datasets.
#include "lepton/train/predict.hpp"

#include "lepton/tensor/factory.hpp"
#include "src/train/evaluation.hpp"

namespace lepton::detail {

Tensor predict(Task& task, const data::Dataset& data, const EvaluateOptions& options) {
  const Autocast autocast(options.autocast);
  data::Loader loader(
      data, {.batch_size = options.batch_size, .shuffle = data::Shuffle::never, .workers = options.workers});
  Tensor all;
  std::int64_t done = 0;
  const auto keep = [&](const data::Batch& batch, const Task::Outcome& outcome) {
    const Tensor rows = outcome.prediction.to(kCpu);
    const std::int64_t samples = batch[0].size(0);
    Shape shape = rows.shape();
    if (rows.rank() == 0 || shape[0] != samples)
      throw Error("predict", "the model gives " + to_string(shape) + " for " + std::to_string(samples) +
                                 " samples; its first axis must count them");
    shape[0] = data.size();
    if (!all.defined()) all = empty(shape, {.dtype = rows.dtype()});
    if (shape != all.shape())
      throw Error("predict", "outputs differ in shape from batch to batch: " + to_string(rows.shape()) +
                                 " after " + to_string(all.shape()));
    all.slice(0, done, done + samples).copy_(rows);
    done += samples;
  };
  for_each_outcome(task, loader, Task::Want::loss_and_prediction, OnInterrupt::go_on, keep);
  return all;
}

}  // namespace lepton::detail
