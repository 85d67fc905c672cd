// Residual networks of basic blocks.
#include "lepton/models/resnet.hpp"

#include <algorithm>

#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/pool.hpp"
#include "lepton/ops/reduce.hpp"
#include "src/models/weights.hpp"

namespace lepton::models {
namespace {

const ResNetOptions& checked(const ResNetOptions& o) {
  if (o.classes < 1 || o.channels < 1 || o.width < 1)
    throw Error("resnet", "classes, channels and width must be positive, got " +
                              to_string(Shape{o.classes, o.channels, o.width}));
  if (*std::min_element(o.blocks.begin(), o.blocks.end()) < 1)
    throw Error("resnet", "each of the four layers needs a block");
  return o;
}

/// Blocks of one width, the first of which changes the shape.
std::vector<BasicBlock> make_layer(std::int64_t in, std::int64_t out, std::int64_t blocks,
                                   std::int64_t stride) {
  std::vector<BasicBlock> layer;
  layer.reserve(std::size_t(blocks));
  layer.emplace_back(in, out, stride);
  while (std::ssize(layer) < blocks) layer.emplace_back(out, out, 1);
  return layer;
}

Tensor run(std::vector<BasicBlock>& layer, Tensor x) {
  for (BasicBlock& block : layer) x = block(x);
  return x;
}

bool is_small(ResNetStem stem) { return stem == ResNetStem::cifar; }

}  // namespace

ResNet::ResNet(const ResNetOptions& o)
    : conv1(plain_conv(checked(o).channels, o.width, is_small(o.stem) ? 3 : 7, is_small(o.stem) ? 1 : 2)),
      bn1(o.width),
      layer1(make_layer(o.width, o.width, o.blocks[0], 1)),
      layer2(make_layer(o.width, 2 * o.width, o.blocks[1], 2)),
      layer3(make_layer(2 * o.width, 4 * o.width, o.blocks[2], 2)),
      layer4(make_layer(4 * o.width, 8 * o.width, o.blocks[3], 2)),
      fc(8 * o.width, o.classes),
      stem_(o.stem) {}

Tensor ResNet::pooled_features(const Tensor& x) {
  Tensor y = relu(bn1(conv1(x)));
  if (stem_ == ResNetStem::imagenet) y = max_pool2d(y, 3, 2, 1);
  for (auto* layer : {&layer1, &layer2, &layer3, &layer4}) y = run(*layer, std::move(y));
  return mean(y, {2, 3});
}

Tensor ResNet::operator()(const Tensor& x) {
  return with_hooks(x, [this](const Tensor& in) { return fc(pooled_features(in)); });
}

ResNet resnet18(ResNetOptions options) {
  options.blocks = {2, 2, 2, 2};
  return ResNet(options);
}
ResNet resnet34(ResNetOptions options) {
  options.blocks = {3, 4, 6, 3};
  return ResNet(options);
}

}  // namespace lepton::models
