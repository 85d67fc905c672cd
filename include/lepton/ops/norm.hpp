// Normalisation.
#pragma once

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
LEPTON_API Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                             const Tensor& running_var, const BatchNormOptions& options = {});

}  // namespace lepton
