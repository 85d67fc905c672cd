// MobileNetV2, a network for pictures that costs little arithmetic.
#pragma once

#include "lepton/nn/sequential.hpp"

namespace lepton::models {

struct MobileNetV2Options {
  std::int64_t classes = 1000;
  double width = 1;           ///< factor on the channels, which are then rounded to multiples of 8
  double dropout = 0.2;       ///< before the classifier
  std::int64_t channels = 3;  ///< of the pictures
};

/// MobileNetV2 (Sandler et al. 2018). x: [N, channels, H, W] -> logits [N, classes]. Names, shapes and first weights are
/// torchvision's: features.0.0 (the stem's convolution), features.1.conv.0.0, ..., features.18.0, classifier.1.
///
/// As fixed features for another network: `net.features.eval()`, and under NoGrad `net.pooled_features(x)`.
class LEPTON_API MobileNetV2 : public nn::Module {
 public:
  /// Throws where a size is not positive.
  explicit MobileNetV2(const MobileNetV2Options& options = {});

  Tensor operator()(const Tensor& x);
  /// What `classifier` works on: the last features averaged over the pixels, [N, feature_channels()]; `features(x)`
  /// gives them with pixels, [N, feature_channels(), H / 32, W / 32], rounded up.
  Tensor pooled_features(const Tensor& x);
  std::int64_t feature_channels() const { return feature_channels_; }

  nn::Sequential features, classifier;
  LEPTON_FIELDS(features, classifier)

 private:
  std::int64_t feature_channels_;
};

}  // namespace lepton::models
