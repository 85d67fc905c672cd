// Residual networks of basic blocks: ResNet-18 and ResNet-34.
#pragma once

#include <array>
#include <vector>

#include "lepton/models/basic_block.hpp"
#include "lepton/nn/linear.hpp"

namespace lepton::models {

/// How a ResNet begins.
enum class ResNetStem {
  imagenet,  ///< a 7x7 convolution of stride 2 and a max pool of stride 2: pictures become 4 times smaller
  cifar      ///< a 3x3 convolution of stride 1 and no pool, for pictures of about 32 x 32
};

struct ResNetOptions {
  std::int64_t classes = 1000;
  std::int64_t channels = 3;  ///< of the pictures
  ResNetStem stem = ResNetStem::imagenet;
  std::array<std::int64_t, 4> blocks{2, 2, 2, 2};  ///< of each of the four layers
  std::int64_t width = 64;  ///< channels of the first layer; each later one has twice those of the one before
};

/// A residual network (He et al. 2015). x: [N, channels, H, W] -> logits [N, classes]. Names, shapes and first weights
/// are torchvision's: conv1, bn1, layer1.0.conv1, ..., layer2.0.downsample.0, ..., fc.
class LEPTON_API ResNet : public nn::Module {
 public:
  /// Throws where a size is not positive.
  explicit ResNet(const ResNetOptions& options);

  Tensor operator()(const Tensor& x);
  /// What `fc` works on: the last layer's channels, averaged over the pixels. [N, 8 width]
  Tensor pooled_features(const Tensor& x);

  nn::Conv2d conv1;
  nn::BatchNorm2d bn1;
  std::vector<BasicBlock> layer1, layer2, layer3, layer4;
  nn::Linear fc;
  LEPTON_FIELDS(conv1, bn1, layer1, layer2, layer3, layer4, fc)

 private:
  ResNetStem stem_;
};

/// 18 layers deep; 11.7 million parameters with 1000 classes. `blocks` is not looked at.
LEPTON_API ResNet resnet18(ResNetOptions options = {});
/// 34 layers deep; 21.8 million parameters with 1000 classes. `blocks` is not looked at.
LEPTON_API ResNet resnet34(ResNetOptions options = {});

}  // namespace lepton::models
