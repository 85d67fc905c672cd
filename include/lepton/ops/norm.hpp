// Normalisation.
#pragma once

#include <optional>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

struct BatchNormOptions {
  bool training = true;   ///< statistics of this batch; false: the running ones
  double eps = 1e-5;      ///< added to the variance
  double momentum = 0.1;  ///< share of this batch in the running statistics
};

/// (x - mean) / sqrt(variance + eps) * weight + bias, channel by channel (Ioffe & Szegedy 2015).
/// x: [N, C, ...]; weight, bias, running_mean, running_var: [C]. In training the running statistics are updated
/// in place, the variance with Bessel's correction, as in PyTorch. weight and bias may be undefined.
LEPTON_API Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                             const Tensor& running_mean, const Tensor& running_var,
                             const BatchNormOptions& options = {});

/// (x - mean) / sqrt(variance + eps) * weight + bias, with the statistics of each stretch of the last axes (Ba et al.
/// 2016). x: [..., normalized_shape]; weight, bias: normalized_shape, or undefined.
LEPTON_API Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {},
                             const Tensor& bias = {}, double eps = 1e-5);

/// x / sqrt(mean of squares + eps) * weight, over the last axes (Zhang & Sennrich 2019). Without an eps it is the
/// type's: the distance from 1 to the next number, as in PyTorch.
LEPTON_API Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {},
                           std::optional<double> eps = {});

/// As layer_norm over each of `num_groups` groups of channels of a sample, with weight and bias a channel (Wu & He
/// 2018). x: [N, C, ...]; weight, bias: [C], or undefined. Throws where the groups do not divide the channels.
LEPTON_API Tensor group_norm(const Tensor& x, std::int64_t num_groups, const Tensor& weight = {},
                             const Tensor& bias = {}, double eps = 1e-5);

struct LocalResponseNormOptions {
  double alpha = 1e-4, beta = 0.75, k = 1;
};
/// x / (k + alpha * mean of the squares of `size` channels around each)^beta, where channels beyond the first and the
/// last are zeros that count in the mean, and of an even size one more lies before (Krizhevsky et al. 2012). x: [N, C,
/// ...].
LEPTON_API Tensor local_response_norm(const Tensor& x, std::int64_t size,
                                      const LocalResponseNormOptions& options = {});

struct InstanceNormOptions {
  bool use_input_stats = true;  ///< false: the running statistics
  double momentum = 0.1;        ///< share of this batch in the running statistics
  double eps = 1e-5;
};
/// As group_norm with a group for each channel (Ulyanov et al. 2016). Running statistics, if given, are the means of
/// those of the samples.
LEPTON_API Tensor instance_norm(const Tensor& x, const Tensor& running_mean = {},
                                const Tensor& running_var = {}, const Tensor& weight = {},
                                const Tensor& bias = {}, const InstanceNormOptions& options = {});

}  // namespace lepton
