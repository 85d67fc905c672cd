// MobileNetV2: its table of blocks.
#include "lepton/models/mobilenet_v2.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/models/inverted_residual.hpp"
#include "lepton/nn/dropout.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/ops/reduce.hpp"
#include "src/models/conv_bn_relu6.hpp"

namespace lepton::models {
namespace {

/// Blocks that follow each other; `stride` is the first one's.
struct Group {
  std::int64_t expand, channels, blocks, stride;
};
constexpr Group kGroups[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                             {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};  // Table 2 of the paper
constexpr std::int64_t kStem = 32, kLast = 1280;

/// The multiple of 8 next to `channels`, no less than nine tenths of it.
std::int64_t rounded(double channels) {
  const auto nearest = std::max<std::int64_t>(8, std::int64_t(channels + 4) / 8 * 8);
  return double(nearest) < 0.9 * channels ? nearest + 8 : nearest;
}

const MobileNetV2Options& checked(const MobileNetV2Options& o) {
  if (o.classes < 1 || o.channels < 1)
    throw Error("mobilenet_v2",
                "classes and channels must be positive, got " + to_string(Shape{o.classes, o.channels}));
  if (!(o.width > 0 && o.width <= 64))
    throw Error("mobilenet_v2", "width must lie in (0, 64], got " + std::to_string(o.width));
  return o;
}

}  // namespace

MobileNetV2::MobileNetV2(const MobileNetV2Options& o)
    : feature_channels_(rounded(double(kLast) * std::max(1.0, checked(o).width))) {
  std::int64_t in = rounded(double(kStem) * o.width);
  features.add(conv_bn_relu6(o.channels, in, 3, 2));
  for (const Group& group : kGroups) {
    const std::int64_t out = rounded(double(group.channels) * o.width);
    for (std::int64_t i = 0; i < group.blocks; ++i, in = out)
      features.add(InvertedResidual(
          {.in = in, .out = out, .stride = i == 0 ? group.stride : 1, .expand = group.expand}));
  }
  features.add(conv_bn_relu6(in, feature_channels_, 1));
  nn::Linear last(feature_channels_, o.classes);
  nn::init::normal(last.weight, 0, 0.01);
  nn::init::constant(last.bias, 0);
  classifier.add(nn::Dropout(o.dropout));
  classifier.add(std::move(last));
}

Tensor MobileNetV2::pooled_features(const Tensor& x) { return mean(features(x), {2, 3}); }

Tensor MobileNetV2::operator()(const Tensor& x) {
  return with_hooks(x, [this](const Tensor& in) { return classifier(pooled_features(in)); });
}

}  // namespace lepton::models
