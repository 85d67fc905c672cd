// The small convolutional network.
#include "lepton/models/cnn.hpp"

#include "lepton/nn/conv2d.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/pool.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::models {
namespace {

constexpr std::int64_t kFirst = 32, kSecond = 64, kHidden = 64;

/// What two rounds of a 3x3 convolution without padding and a pooling by 2 leave of a side.
constexpr std::int64_t side_after(std::int64_t side) { return ((side - 2) / 2 - 2) / 2; }
static_assert(side_after(Cnn::kSmallest) == 1 && side_after(Cnn::kSmallest - 1) == 0);

void check(const CnnOptions& o) {
  if (o.channels < 1 || o.classes < 1)
    throw Error("cnn", "needs at least one channel and one class, got " + std::to_string(o.channels) +
                           " and " + std::to_string(o.classes));
  if (o.height < Cnn::kSmallest || o.width < Cnn::kSmallest)
    throw Error("cnn", "pictures of " + std::to_string(o.height) + " x " + std::to_string(o.width) +
                           " pixels are too small; at least " + std::to_string(Cnn::kSmallest) + " x " +
                           std::to_string(Cnn::kSmallest) + " are needed");
}

}  // namespace

Cnn::Cnn(const CnnOptions& options) : options_(options) {
  check(options);
  features = {nn::Conv2d({.in = options.channels, .out = kFirst, .kernel = 3}), relu, nn::MaxPool2d(2),
              nn::Conv2d({.in = kFirst, .out = kSecond, .kernel = 3}),          relu, nn::MaxPool2d(2)};
  const std::int64_t left = kSecond * side_after(options.height) * side_after(options.width);
  classifier = {nn::Flatten(), nn::Linear(left, kHidden), relu, nn::Linear(kHidden, options.classes)};
}

Tensor Cnn::operator()(const Tensor& x) {
  if (x.rank() != 4 || x.size(1) != options_.channels || x.size(2) != options_.height ||
      x.size(3) != options_.width)
    throw Error("cnn", "was built for pictures " +
                           to_string(Shape{-1, options_.channels, options_.height, options_.width}) +
                           ", got " + to_string(x.shape()));
  return with_hooks(x, [this](const Tensor& in) { return classifier(features(in)); });
}

}  // namespace lepton::models
