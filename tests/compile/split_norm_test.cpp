// Large batch normalisations in halves, which run with the convolutions before and behind them: eager's bits.
#include <gtest/gtest.h>

#include "lepton/lepton.hpp"

namespace lepton {
namespace {

nn::Sequential block() {
  return {nn::Conv2d({.in = 3, .out = 32, .kernel = 3, .padding = 1}),
          nn::BatchNorm2d(32),
          relu6,
          nn::Conv2d({.in = 32, .out = 32, .kernel = 3, .padding = 1, .groups = 32}),
          nn::BatchNorm2d(32),
          relu6,
          nn::Conv2d({.in = 32, .out = 24, .kernel = 1}),
          nn::BatchNorm2d(24),
          nn::Conv2d({.in = 24, .out = 32, .kernel = 3, .stride = 2}),
          nn::BatchNorm2d(32),
          relu};
}

struct Net : nn::Module {
  nn::Sequential features = block();
  LEPTON_FIELDS(features)
  Tensor operator()(const Tensor& x) { return mean(square(features(x))); }
};

struct Trained {
  Net net;
  optim::Sgd sgd;
  explicit Trained(const Net& from) : net(from), sgd(net.parameters(), {.lr = 0.1, .momentum = 0.9}) {}
  Tensor step(const Tensor& x) {
    const Tensor loss = net(x);
    sgd.zero_grad();
    loss.backward();
    sgd.step();
    return loss;
  }
};

/// Trains one net eagerly and one captured; the captured step's plan.
std::string train_both(const Dims& shape) {
  manual_seed(3);
  const Net start;
  Trained eager(start), captured(start);
  auto step = compile([&](const Tensor& x) { return captured.step(x); });
  for (int i = 0; i < 3; ++i) {
    const Tensor x = randn(Shape(shape));
    EXPECT_EQ(eager.step(x).item(), step(x).item()) << "step " << i;
  }
  const auto mine = eager.net.state(), theirs = captured.net.state();
  for (std::size_t i = 0; i < mine.size(); ++i)
    EXPECT_EQ(mine[i].second.to(f32).to_vector<float>(), theirs[i].second.to(f32).to_vector<float>())
        << mine[i].first;
  return step.explain();
}

TEST(SplitNorm, SumsRunWithWhatMakesThePictures) {
  const std::string plan = train_both({24, 3, 80, 80});
  for (const char* part : {"depthwise, packed; batch_norm_statistics",
                           "at a time: batch_norm_apply [153600, 32] + relu6; conv2d",
                           "; batch_norm_grad_sums [153600, 32] + relu6", "at a time: batch_norm_grad_apply"})
    EXPECT_NE(plan.find(part), std::string::npos) << part << "\n" << plan;
}

TEST(SplitNorm, StaysWholeWhereShardsAreNotOfWholeImages) {
  const std::string plan = train_both({9, 3, 128, 120});
  EXPECT_EQ(plan.find("batch_norm_statistics"), std::string::npos) << plan;
}

}  // namespace
}  // namespace lepton
