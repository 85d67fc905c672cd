// update_bn: running statistics of a model from data, as an average of weights needs them.
#pragma once

#include <cstdint>

#include "lepton/data/dataset.hpp"
#include "lepton/train/task.hpp"

namespace lepton {

struct UpdateBnOptions {
  std::int64_t batch_size = 32;
  int workers = 2;  ///< threads that read batches ahead
};

namespace detail {
LEPTON_API void update_bn(Task& task, const data::Dataset& data, const UpdateBnOptions& options);
}

/// Sets every running_mean and running_var in `model` to its mean over the batches of `data`, in their order, by
/// passes in training mode; PyTorch's torch.optim.swa_utils.update_bn. Training modes and the random state are as
/// before. A model without running statistics is left alone. Throws what model and data throw.
template <class Model>
void update_bn(Model& model, const data::Dataset& data, const UpdateBnOptions& options = {}) {
  detail::PredictTask<Model> task(model);
  detail::update_bn(task, data, options);
}

}  // namespace lepton
