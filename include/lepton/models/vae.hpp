// A variational autoencoder of two perceptrons.
#pragma once

#include "lepton/nn/linear.hpp"

namespace lepton::models {

struct VaeOptions {
  std::int64_t in = 784;  ///< elements of an example
  std::int64_t hidden = 400;
  std::int64_t code = 20;  ///< elements of a code
};

/// What an encoder says of an example's code: a normal distribution with independent elements, [N, code] each.
struct VaeCode {
  Tensor mean, log_variance;
};

/// What the whole network gives: logits of the examples made anew, [N, in], and the codes that they came from.
struct VaeOutput {
  Tensor logits;
  VaeCode code;
};

/// A variational autoencoder (Kingma & Welling 2013): in -> hidden, relu -> code, twice, for mean and logarithm of the
/// variance; a code drawn from them -> hidden, relu -> in. Parameters are named as in PyTorch's example: fc1, fc21
/// (mean), fc22 (log-variance), fc3, fc4, each with weight and bias.
class LEPTON_API Vae : public nn::Module {
 public:
  /// Throws where a size is not positive.
  explicit Vae(const VaeOptions& options = {});

  /// x: [N, ...] with `in` elements a row -> the distribution of each row's code.
  VaeCode encode(const Tensor& x) const;
  /// z: [N, code] -> logits [N, in].
  Tensor decode(const Tensor& z) const;
  /// Encodes, draws, decodes.
  VaeOutput operator()(const Tensor& x) const;

  nn::Linear fc1, fc21, fc22, fc3, fc4;
  LEPTON_FIELDS(fc1, fc21, fc22, fc3, fc4)
};

/// mean + noise * e^(log_variance / 2), so that gradients reach both. Without `noise` ([N, code]) it is drawn from the
/// standard normal distribution.
LEPTON_API Tensor reparametrise(const VaeCode& code, const Tensor& noise = {});

/// The negative evidence lower bound, summed over the batch: binary cross-entropy of the logits against x (in [0, 1])
/// plus the divergence KL(code || standard normal) = -1/2 sum(1 + log_variance - mean^2 - e^log_variance).
LEPTON_API Tensor negative_elbo(const VaeOutput& output, const Tensor& x);

}  // namespace lepton::models
