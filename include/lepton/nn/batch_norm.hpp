// The batch normalisation layer.
#pragma once

#include "lepton/nn/module.hpp"

namespace lepton::nn {

struct BatchNormLayerOptions {
  double eps = 1e-5;
  double momentum = 0.1;  ///< share of a batch in the running statistics
};

/// batch_norm with weights and running statistics of its own, for x: [N, channels, H, W]. Buffers are named as in
/// PyTorch: running_mean, running_var, num_batches_tracked.
class LEPTON_API BatchNorm2d : public Module {
 public:
  explicit BatchNorm2d(std::int64_t channels, const BatchNormLayerOptions& options = {});
  Tensor operator()(const Tensor& x) const;

  Parameter weight, bias;
  Buffer running_mean, running_var, num_batches_tracked;
  LEPTON_FIELDS(weight, bias, running_mean, running_var, num_batches_tracked)

 private:
  BatchNormLayerOptions options_;
};

}  // namespace lepton::nn
