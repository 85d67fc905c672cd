// Containers, layers that draw, layers that only rearrange, and what PyTorch's stored cases do not show.
#include <gtest/gtest.h>

#include <cmath>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/compile/compile.hpp"
#include "lepton/nn/activation.hpp"
#include "lepton/nn/adaptive_softmax.hpp"
#include "lepton/nn/batch_norm.hpp"
#include "lepton/nn/bilinear.hpp"
#include "lepton/nn/containers.hpp"
#include "lepton/nn/dropout.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/pool.hpp"
#include "lepton/nn/weight_norm.hpp"
#include "lepton/ops/activation.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/support/compare.hpp"

namespace lepton {
namespace {

TEST(ModuleList, NamesItsLayersByPlace) {
  nn::ModuleList list{nn::Linear(2, 3), gelu, nn::Linear(3, 1)};
  list.append(nn::Linear(1, 1));
  EXPECT_EQ(list.size(), 4u);
  std::vector<std::string> names;
  for (const auto& [name, p] : list.named_parameters()) names.push_back(name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias", "3.weight", "3.bias"}));
  Tensor x = ones({1, 2});
  for (nn::Layer& layer : list) x = layer(x);
  EXPECT_EQ(x.shape(), (Shape{1, 1}));
  EXPECT_ERROR(list[4], "[ModuleList] no layer 4, there are 4");
}

TEST(ModuleDict, FindsItsLayersByName) {
  nn::ModuleDict dict{{"left", nn::Linear(2, 3)}, {"right", nn::Linear(2, 1)}};
  dict.insert("left", nn::Linear(2, 4));
  EXPECT_EQ(dict.keys(), (std::vector<std::string>{"left", "right"}));
  EXPECT_EQ(dict["left"](ones({1, 2})).shape(), (Shape{1, 4}));
  EXPECT_EQ(dict.named_parameters()[0].first, "left.weight");
  const nn::ModuleDict copy = dict;
  EXPECT_NE(copy.named_parameters()[0].second.ref(), dict.named_parameters()[0].second.ref());
  EXPECT_ERROR(dict["middle"], "[ModuleDict] no layer 'middle'");
  EXPECT_ERROR(dict.insert("a.b", relu), "[ModuleDict] 'a.b' is no name");
}

TEST(ChannelDropout, DropsWholeChannels) {
  manual_seed(1);
  nn::Dropout2d layer(0.25);
  const Tensor y = layer(ones({64, 32, 3, 3}));
  const auto sums = sum(y, {2, 3}).to_vector<double>();
  double kept = 0;
  for (const double s : sums) {
    EXPECT_TRUE(s == 0 || std::fabs(s - 9 / 0.75) < 1e-4) << s;
    kept += s > 0;
  }
  EXPECT_NEAR(kept / double(sums.size()), 0.75, 0.04);
  layer.eval();
  EXPECT_EQ(layer(y).ref(), y.ref());
}

TEST(AlphaDropout, KeepsMeanAndVariance) {
  manual_seed(2);
  const nn::AlphaDropout layer(0.3);
  const Tensor y = layer(randn({400, 500}));
  EXPECT_NEAR(mean(y).item(), 0, 0.01);
  EXPECT_NEAR(variance(y, {0, 1}).item(), 1, 0.02);
}

TEST(FeatureAlphaDropout, DropsWholeChannelsAndKeepsMeanAndVariance) {
  manual_seed(2);
  const nn::FeatureAlphaDropout layer(0.3);
  const Tensor y = layer(randn({200, 300, 2}));
  EXPECT_NEAR(mean(y).item(), 0, 0.02);
  EXPECT_NEAR(variance(y, {0, 1, 2}).item(), 1, 0.04);
  const auto flat = layer(ones({200, 300, 2})).to_vector<float>();  // which dropping makes negative
  double dropped = 0;
  for (std::size_t i = 0; i < flat.size(); i += 2) {
    ASSERT_EQ(flat[i], flat[i + 1]) << i;
    dropped += flat[i] < 0;
  }
  EXPECT_NEAR(2 * dropped / double(flat.size()), 0.3, 0.01);
  EXPECT_ERROR(layer(ones({3})), "[FeatureAlphaDropout] needs [N, C, ...], got [3]");
}

TEST(RReLU, DrawsSlopesInTrainingOnly) {
  manual_seed(3);
  nn::RReLU layer(0.25, 0.75);
  const Tensor drawn = layer(full({100, 100}, -1));
  EXPECT_NEAR(mean(drawn).item(), -0.5, 0.01);
  EXPECT_NEAR(variance(drawn, {0, 1}).item(), 0.25 / 12, 0.001);
  EXPECT_LE(max(drawn).item(), -0.25);
  EXPECT_GE(min(drawn).item(), -0.75);
  layer.eval();
  EXPECT_TRUE(test::same_bits(layer(full({3}, -1)), full({3}, -0.5)));
}

TEST(BatchNorm, WithoutMomentumKeepsTheMeanOfAllBatches) {
  nn::BatchNorm2d eager(2, {.momentum = std::nullopt}), replayed = eager;
  auto step = compile([&](const Tensor& x) { return replayed(x); });
  Tensor means = zeros({2}), variances = zeros({2});
  for (int batch = 1; batch <= 4; ++batch) {
    const Tensor x = randn({3, 2, 4, 5}) * double(batch) + 2;
    EXPECT_TRUE(test::same_bits(step(x), eager(x)));
    means = means + mean(x, {0, 2, 3});
    variances = variances + variance(x, {0, 2, 3});
    EXPECT_TRUE(test::close(eager.running_mean, means / double(batch), 1e-5));
    EXPECT_TRUE(test::close(eager.running_var, variances / double(batch), 1e-4));
  }
  EXPECT_TRUE(test::same_bits(replayed.running_mean, eager.running_mean));
  EXPECT_TRUE(test::same_bits(replayed.running_var, eager.running_var));
}

TEST(AdaptiveLogSoftmax, IsADistributionWithPyTorchsNames) {
  const nn::AdaptiveLogSoftmaxWithLoss layer({.in = 8, .classes = 10, .cutoffs = {3, 6}, .div_value = 2});
  const Tensor x = randn({5, 8}), all = layer.log_prob(x);
  EXPECT_TRUE(test::close(sum(exp(all), {1}), ones({5}), 1e-5));
  EXPECT_TRUE(test::same_bits(layer.predict(x), argmax(all, 1)));
  std::vector<std::string> names;
  for (const auto& [name, p] : layer.named_parameters()) names.push_back(name + to_string(p.shape()));
  EXPECT_EQ(names,
            (std::vector<std::string>{"head.weight[5, 8]", "tail.0.0.weight[4, 8]", "tail.0.1.weight[3, 4]",
                                      "tail.1.0.weight[2, 8]", "tail.1.1.weight[4, 2]"}));
  EXPECT_ERROR(layer(x, zeros({4}, {.dtype = i64})),
               "[AdaptiveLogSoftmaxWithLoss] target [4] does not fit input [5, 8]");
  EXPECT_ERROR(nn::AdaptiveLogSoftmaxWithLoss({.in = 8, .classes = 10, .cutoffs = {6, 3}}),
               "[AdaptiveLogSoftmaxWithLoss] cutoffs must rise");
}

TEST(Unflatten, UndoesFlatten) {
  const Tensor x = randn({2, 3, 4, 5});
  EXPECT_TRUE(test::same_bits(nn::Unflatten(1, {3, 4, -1})(nn::Flatten()(x)), x));
  EXPECT_EQ(nn::Flatten(0, 1)(x).shape(), (Shape{6, 4, 5}));
  EXPECT_EQ(nn::Identity()(x).ref(), x.ref());
}

TEST(SpectralNorm, ApproachesTheLargestSingularValue) {
  const nn::SpectralNorm<nn::Linear> layer(nn::Linear({.in = 3, .out = 3, .bias = false}), 50);
  const NoGrad no_grad;
  layer.weight_orig->copy_(tensor({{3.f, 0.f, 0.f}, {0.f, -5.f, 0.f}, {0.f, 0.f, 1.f}}));
  EXPECT_TRUE(
      test::close(layer(eye(3)), tensor({{0.6f, 0.f, 0.f}, {0.f, -1.f, 0.f}, {0.f, 0.f, 0.2f}}), 1e-5));
}

TEST(Bilinear, RefusesWhatDoesNotFit) {
  const nn::Bilinear layer({.in1 = 2, .in2 = 3, .out = 1});
  EXPECT_ERROR(layer(ones({4, 2}), ones({5, 3})),
               "[Bilinear] inputs [4, 2] and [5, 3] do not fit weight [1, 2, 3]");
}

}  // namespace
}  // namespace lepton
