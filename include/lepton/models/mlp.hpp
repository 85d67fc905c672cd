// A multi-layer perceptron.
#pragma once

#include <vector>

#include "lepton/nn/dropout.hpp"
#include "lepton/nn/linear.hpp"

namespace lepton::models {

struct MlpOptions {
  std::vector<std::int64_t> sizes;  ///< of input, hidden layers, output: {784, 256, 10}
  double dropout = 0;               ///< after each hidden layer
};

/// Linear layers with relu and dropout between them. x: [N, ...] with sizes.front() elements a row -> [N,
/// sizes.back()]. Parameters are layers.<i>.weight and layers.<i>.bias, with dropout or without.
class LEPTON_API Mlp : public nn::Module {
 public:
  /// Throws where there are fewer than two sizes, or one is not positive.
  explicit Mlp(const MlpOptions& options);

  Tensor operator()(const Tensor& x);

  std::vector<nn::Linear> layers;
  nn::Dropout dropout;
  LEPTON_FIELDS(layers, dropout)
};

}  // namespace lepton::models
