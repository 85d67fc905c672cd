// Containers, dropout of channels, and layers that only rearrange.
#include <gtest/gtest.h>

#include <cmath>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/nn/bilinear.hpp"
#include "lepton/nn/containers.hpp"
#include "lepton/nn/dropout.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/pool.hpp"
#include "lepton/nn/weight_norm.hpp"
#include "lepton/ops/activation.hpp"
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
