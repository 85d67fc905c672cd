// The batch normalisation layers.
#pragma once

#include <optional>

#include "lepton/nn/module.hpp"

namespace lepton::nn {

struct BatchNormLayerOptions {
  double eps = 1e-5;
  /// Share of a batch in the running statistics; std::nullopt: these are the means of all batches.
  std::optional<double> momentum = 0.1;
  bool affine = true;               ///< with weight and bias
  bool track_running_stats = true;  ///< false: the batch's statistics in evaluation too
};

/// batch_norm with weights and running statistics of its own; what the layers below have in common. Buffers are named
/// as in PyTorch: running_mean, running_var, num_batches_tracked.
class LEPTON_API BatchNorm : public Module {
 public:
  Tensor operator()(const Tensor& x) const;

  Parameter weight, bias;
  Buffer running_mean, running_var, num_batches_tracked;
  LEPTON_FIELDS(weight, bias, running_mean, running_var, num_batches_tracked)

 protected:
  /// x must be of a rank from `least` to `most`; `name`, a string constant, is named in an error.
  BatchNorm(std::int64_t channels, const BatchNormLayerOptions& options, const char* name, int least,
            int most);

 private:
  /// In training, running statistics as means of all batches.
  Tensor averaging(const Tensor& x) const;

  BatchNormLayerOptions options_;
  const char* name_;
  int least_, most_;
};

/// For x: [N, channels] or [N, channels, L].
class LEPTON_API BatchNorm1d : public BatchNorm {
 public:
  explicit BatchNorm1d(std::int64_t channels, const BatchNormLayerOptions& options = {})
      : BatchNorm(channels, options, "BatchNorm1d", 2, 3) {}
};

/// For x: [N, channels, H, W].
class LEPTON_API BatchNorm2d : public BatchNorm {
 public:
  explicit BatchNorm2d(std::int64_t channels, const BatchNormLayerOptions& options = {})
      : BatchNorm(channels, options, "BatchNorm2d", 4, 4) {}
};

/// For x: [N, channels, D, H, W].
class LEPTON_API BatchNorm3d : public BatchNorm {
 public:
  explicit BatchNorm3d(std::int64_t channels, const BatchNormLayerOptions& options = {})
      : BatchNorm(channels, options, "BatchNorm3d", 5, 5) {}
};

}  // namespace lepton::nn
