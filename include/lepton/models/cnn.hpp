// A small convolutional network for pictures.
#pragma once

#include "lepton/nn/sequential.hpp"

namespace lepton::models {

struct CnnOptions {
  std::int64_t channels = 3;
  std::int64_t height = 64, width = 64;  ///< of the pictures, in pixels; at least Cnn::kSmallest
  std::int64_t classes = 2;
};

/// Two convolutions and two linear layers: Conv 32 3x3, relu, MaxPool 2, Conv 64 3x3, relu, MaxPool 2,
/// Flatten, Linear 64, relu, Linear. x: [N, channels, height, width] -> logits [N, classes].
///
/// Parameters are named as in PyTorch with two Sequentials: features.0 and features.3 are the convolutions,
/// classifier.1 and classifier.3 the linear layers, each with weight and bias.
class LEPTON_API Cnn : public nn::Module {
 public:
  static constexpr std::int64_t kSmallest = 10;

  /// Throws where pictures are too small for a pixel to be left, or a size is not positive.
  explicit Cnn(const CnnOptions& options);

  Tensor operator()(const Tensor& x);

  nn::Sequential features, classifier;
  LEPTON_FIELDS(features, classifier)

 private:
  CnnOptions options_;
};

}  // namespace lepton::models
