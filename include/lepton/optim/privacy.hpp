// Gradients that tell little about any one sample: clipped one by one, with noise (DP-SGD, Abadi et al. 2016).
#pragma once

#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::optim {

struct PrivateGradientOptions {
  double max_norm = 1;          ///< C: what a sample's gradient by all parameters together may weigh
  double noise_multiplier = 1;  ///< sigma: the noise has a standard deviation of sigma C before it is divided
  double batch = 0;             ///< what the sum is divided by; 0: by the samples there are
};

/// Sets the `grad()` of each parameter to (sum over samples of g / max(1, |g| / C) + noise) / batch, where g are the
/// gradients of a sample, `each` those that per_sample_gradients gives: [N, parameter's axes] for each parameter. The
/// noise comes from the thread's generator. Gives the norms |g|: [N]. With samples drawn by chance, `batch` is to be
/// the size expected, or it tells how many there are. Throws where shapes do not fit, and for max_norm <= 0.
///
///   set_private_gradients(parameters, per_sample_gradients(losses, parameters, {x, y}), {.noise_multiplier = 1.1});
///   sgd.step();
LEPTON_API Tensor set_private_gradients(const std::vector<Tensor>& parameters,
                                        const std::vector<Tensor>& each,
                                        const PrivateGradientOptions& options = {});

}  // namespace lepton::optim
