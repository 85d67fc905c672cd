// Layers that normalise each sample by itself.
#pragma once

#include <optional>

#include "lepton/nn/module.hpp"
#include "lepton/ops/norm.hpp"

namespace lepton::nn {

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;  ///< with a weight
  bool bias = true;                ///< and a bias
};
/// layer_norm over the last axes: LayerNorm({512}), for x [..., 512].
class LEPTON_API LayerNorm : public Module {
 public:
  explicit LayerNorm(const Shape& normalized_shape, const LayerNormOptions& options = {});
  Tensor operator()(const Tensor& x) const;

  Parameter weight, bias;
  LEPTON_FIELDS(weight, bias)

 private:
  Shape shape_;
  double eps_;
};

struct RMSNormOptions {
  std::optional<double> eps = {};  ///< without one the distance from 1 to the type's next number
  bool elementwise_affine = true;
};
/// rms_norm over the last axes.
class LEPTON_API RMSNorm : public Module {
 public:
  explicit RMSNorm(const Shape& normalized_shape, const RMSNormOptions& options = {});
  Tensor operator()(const Tensor& x) const;

  Parameter weight;
  LEPTON_FIELDS(weight)

 private:
  Shape shape_;
  std::optional<double> eps_;
};

struct GroupNormOptions {
  double eps = 1e-5;
  bool affine = true;
};
/// group_norm with a weight and a bias a channel, for x: [N, num_channels, ...].
class LEPTON_API GroupNorm : public Module {
 public:
  GroupNorm(std::int64_t num_groups, std::int64_t num_channels, const GroupNormOptions& options = {});
  Tensor operator()(const Tensor& x) const;

  Parameter weight, bias;
  LEPTON_FIELDS(weight, bias)

 private:
  std::int64_t groups_;
  double eps_;
};

/// local_response_norm over `size` channels: LocalResponseNorm(5, {.alpha = 1e-3}).
class LEPTON_API LocalResponseNorm : public Module {
 public:
  explicit LocalResponseNorm(std::int64_t size, const LocalResponseNormOptions& options = {})
      : size_(size), options_(options) {}
  Tensor operator()(const Tensor& x) const { return local_response_norm(x, size_, options_); }
  LEPTON_FIELDS()

 private:
  std::int64_t size_;
  LocalResponseNormOptions options_;
};

struct InstanceNormLayerOptions {
  double eps = 1e-5;
  double momentum = 0.1;             ///< share of a batch in the running statistics
  bool affine = false;               ///< with weight and bias
  bool track_running_stats = false;  ///< and used in evaluation
};
/// instance_norm; what the layers below have in common.
class LEPTON_API InstanceNorm : public Module {
 public:
  Tensor operator()(const Tensor& x) const;

  Parameter weight, bias;
  Buffer running_mean, running_var, num_batches_tracked;
  LEPTON_FIELDS(weight, bias, running_mean, running_var, num_batches_tracked)

 protected:
  InstanceNorm(std::int64_t channels, const InstanceNormLayerOptions& options, const char* name, int rank);

 private:
  InstanceNormLayerOptions options_;
  const char* name_;
  int rank_;
};

/// For x: [N, channels, L].
class LEPTON_API InstanceNorm1d : public InstanceNorm {
 public:
  explicit InstanceNorm1d(std::int64_t channels, const InstanceNormLayerOptions& options = {})
      : InstanceNorm(channels, options, "InstanceNorm1d", 3) {}
};
/// For x: [N, channels, H, W].
class LEPTON_API InstanceNorm2d : public InstanceNorm {
 public:
  explicit InstanceNorm2d(std::int64_t channels, const InstanceNormLayerOptions& options = {})
      : InstanceNorm(channels, options, "InstanceNorm2d", 4) {}
};
/// For x: [N, channels, D, H, W].
class LEPTON_API InstanceNorm3d : public InstanceNorm {
 public:
  explicit InstanceNorm3d(std::int64_t channels, const InstanceNormLayerOptions& options = {})
      : InstanceNorm(channels, options, "InstanceNorm3d", 5) {}
};

}  // namespace lepton::nn
