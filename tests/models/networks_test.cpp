// VAE, ResNet and MobileNetV2: sizes, first weights, what they compute, and what they refuse. That their states have
// torchvision's names and that they train as PyTorch's do is in tests/golden.
#include <gtest/gtest.h>

#include <cmath>

#include "lepton/lepton.hpp"
#include "tests/data/support.hpp"

namespace lepton::models {
namespace {

using data::expect_error;

double deviation(const Tensor& t) { return std::sqrt(mean(square(t.detach())).item()); }

TEST(ResNet, HasTorchvisionsSizes) {
  EXPECT_EQ(resnet18().parameter_count(), 11'689'512);
  EXPECT_EQ(resnet34().parameter_count(), 21'797'672);
  EXPECT_EQ(resnet18({.classes = 10, .stem = ResNetStem::cifar}).parameter_count(), 11'173'962);
}

TEST(ResNet, StemsTakePicturesOfTheirSize) {
  ResNet large({.classes = 3, .channels = 1, .blocks = {1, 1, 1, 1}, .width = 4});
  EXPECT_EQ(to_string(large.pooled_features(rand({2, 1, 65, 90})).shape()), "[2, 32]");
  ResNet small({.classes = 3, .channels = 1, .stem = ResNetStem::cifar, .blocks = {1, 1, 1, 1}, .width = 4});
  EXPECT_EQ(to_string(small(rand({2, 1, 9, 12})).shape()), "[2, 3]");
}

TEST(ResNet, FirstWeightsKeepTheSizeOfGradients) {
  manual_seed(3);
  const ResNet net = resnet18();
  EXPECT_NEAR(deviation(net.layer3[1].conv1.weight), std::sqrt(2 / (256 * 9.0)), 1e-3);
  EXPECT_NEAR(deviation(net.conv1.weight), std::sqrt(2 / (64 * 49.0)), 1e-3);
}

TEST(ResNet, CopiesAreIndependent) {
  ResNet a({.classes = 2, .stem = ResNetStem::cifar, .blocks = {1, 1, 1, 1}, .width = 4});
  a.eval();
  ResNet b = a;
  const Tensor x = rand({2, 3, 8, 8});
  const auto before = a(x).to_vector<float>();
  EXPECT_EQ(b(x).to_vector<float>(), before);
  for (const Tensor& p : b.parameters()) p.detach().fill_(0);
  EXPECT_EQ(a(x).to_vector<float>(), before);
}

TEST(ResNet, RefusesBadSizes) {
  expect_error([] { ResNet({.classes = 0}); }, {"[resnet]", "must be positive, got [0, 3, 64]"});
  expect_error([] { ResNet({.width = -1}); }, {"got [1000, 3, -1]"});
  expect_error([] { ResNet({.blocks = {2, 2, 0, 2}}); }, {"each of the four layers needs a block"});
}

TEST(MobileNetV2, HasTorchvisionsSizes) {
  EXPECT_EQ(MobileNetV2().parameter_count(), 3'504'872);
  EXPECT_EQ(MobileNetV2({.width = 0.25}).parameter_count(), 1'519'112);
  EXPECT_EQ(MobileNetV2({.width = 0.5}).parameter_count(), 1'968'680);
  EXPECT_EQ(MobileNetV2({.width = 0.75}).parameter_count(), 2'636'424);
  EXPECT_EQ(MobileNetV2({.width = 1.4}).parameter_count(), 6'108'776);
  EXPECT_EQ(MobileNetV2({.width = 1.4}).feature_channels(), 1792);
}

TEST(MobileNetV2, GivesFixedFeatures) {
  MobileNetV2 net({.width = 0.25});
  const Tensor x = rand({2, 3, 40, 70});
  net.features.eval();
  const NoGrad no_grad;
  const Tensor maps = net.features(x), pooled = net.pooled_features(x);
  EXPECT_EQ(to_string(maps.shape()), "[2, 1280, 2, 3]");
  EXPECT_EQ(to_string(pooled.shape()), "[2, 1280]");
  EXPECT_EQ(net.pooled_features(x).to_vector<float>(), pooled.to_vector<float>()) << "statistics must rest";
  double sum = 0;
  for (int i = 0; i < 6; ++i) sum += double(maps.to_vector<float>()[std::size_t(6 * 1285 + i)]);  // [1, 5]
  EXPECT_NEAR(pooled.to_vector<float>()[1285], sum / 6, 1e-5);
}

TEST(MobileNetV2, DropsInTrainingOnly) {
  MobileNetV2 net({.classes = 4, .width = 0.25, .dropout = 0.5});
  const Tensor x = rand({4, 3, 32, 32});
  EXPECT_NE(net(x).to_vector<float>(), net(x).to_vector<float>());
  net.eval();
  EXPECT_EQ(net(x).to_vector<float>(), net(x).to_vector<float>());
}

TEST(MobileNetV2, RefusesBadSizes) {
  expect_error([] { MobileNetV2({.classes = 0}); }, {"[mobilenet_v2]", "must be positive, got [0, 3]"});
  expect_error([] { MobileNetV2({.width = 0}); }, {"width must lie in (0, 64], got 0.0"});
  expect_error([] { MobileNetV2({.width = NAN}); }, {"width must lie in (0, 64]"});
  expect_error([] { InvertedResidual({.in = 8, .out = 8, .expand = 0}); }, {"[inverted_residual]"});
}

TEST(Vae, HasTheNamesOfPyTorchsExample) {
  std::vector<std::string> names;
  for (const auto& [name, t] : Vae().state()) names.push_back(name + " " + to_string(t.shape()));
  EXPECT_EQ(names, (std::vector<std::string>{
                       "fc1.weight [400, 784]", "fc1.bias [400]", "fc21.weight [20, 400]", "fc21.bias [20]",
                       "fc22.weight [20, 400]", "fc22.bias [20]", "fc3.weight [400, 20]", "fc3.bias [400]",
                       "fc4.weight [784, 400]", "fc4.bias [784]"}));
}

TEST(Vae, DrawsCodesAboutTheirMean) {
  manual_seed(5);
  const VaeCode code{full({20'000, 1}, 3), full({20'000, 1}, 2 * std::log(0.5))};
  const Tensor z = reparametrise(code);
  EXPECT_NEAR(mean(z).item(), 3, 0.02);
  EXPECT_NEAR(deviation(z - 3), 0.5, 0.01);
  EXPECT_EQ(reparametrise(code, zeros({20'000, 1})).to_vector<float>()[7], 3);
}

TEST(Vae, LossIsThatOfItsParts) {
  // Logits of 0 cost log 2 an element; KL of N(m, s^2) is (m^2 + s^2 - 1) / 2 - log s.
  const VaeOutput output{zeros({2, 3}), {full({2, 4}, 0.5), full({2, 4}, 2 * std::log(2.0))}};
  const double divergence = (0.25 + 4 - 1) / 2 - std::log(2.0);
  EXPECT_NEAR(negative_elbo(output, rand({2, 3})).item(), 6 * std::log(2.0) + 8 * divergence, 1e-4);
}

TEST(Vae, Learns) {
  manual_seed(1);
  Vae vae({.in = 36, .hidden = 32, .code = 2});
  const Tensor x = cast(rand({16, 1, 1, 36}) > 0.5, f32).reshape({16, 1, 6, 6});
  optim::Adam adam(vae.parameters(), {.lr = 1e-2});
  double first = 0, loss = 0;
  for (int i = 0; i < 150; ++i) {
    const Tensor l = negative_elbo(vae(x), x);
    adam.zero_grad();
    l.backward();
    adam.step();
    loss = l.item();
    if (i == 0) first = loss;
  }
  EXPECT_LT(loss, 0.7 * first);
}

TEST(Vae, RefusesBadSizes) {
  expect_error([] { Vae({.code = 0}); }, {"[vae]", "must be positive, got [784, 400, 0]"});
  Vae vae({.in = 9, .hidden = 4, .code = 2});
  expect_error([&] { vae(rand({3, 8})); }, {"[linear]"});
}

}  // namespace
}  // namespace lepton::models
