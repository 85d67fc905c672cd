// Passes change how a step is computed, not what: random steps captured and eager, bit for bit.
#include <gtest/gtest.h>

#include <random>

#include "lepton/lepton.hpp"
#include "tests/support/compare.hpp"

namespace lepton {
namespace {

/// A random step: operations over [8, 16] tensors, some through products, with a loss and gradients.
class RandomStep {
 public:
  RandomStep(std::uint64_t seed, DType dtype) : seed_(seed), dtype_(dtype) {
    manual_seed(seed);
    for (int i = 0; i < 3; ++i) weights_.push_back(rand({16, 16}, {.dtype = dtype}).set_requires_grad());
    bias_ = rand({16}, {.dtype = dtype}).set_requires_grad();
  }

  /// The loss and the gradients by x, the weights and the bias.
  std::vector<Tensor> operator()(const Tensor& x0) const {
    std::mt19937_64 random(seed_);
    const auto pick = [&](int n) { return int(random() % std::uint64_t(n)); };
    const Tensor x = x0.detach().set_requires_grad();
    std::vector<Tensor> values{x};
    const auto any = [&] { return values[std::size_t(pick(int(values.size())))]; };
    const int steps = 4 + pick(14);
    for (int i = 0; i < steps; ++i) values.push_back(one(pick, any));
    Tensor loss = sum(values.back() * 0.5);
    for (int i = 0; i < 2; ++i) loss = loss + (pick(2) ? sum(any()) : mean(square(any())));
    std::vector<Tensor> all{loss.detach(), values.back().detach(), sum(values.back(), {0}).detach()};
    std::vector<Tensor> by{x, bias_};
    by.insert(by.end(), weights_.begin(), weights_.end());
    Tensor everything = loss;  // so that nothing is without a gradient
    for (const Tensor& w : by) everything = everything + sum(w) * 0.125;
    for (Tensor& g : grad(everything, by)) all.push_back(std::move(g));
    return all;
  }

 private:
  template <class Pick, class Any> Tensor one(Pick&& pick, Any&& any) const {
    switch (pick(14)) {
      case 0: return relu(any());
      case 1: return tanh(any());
      case 2: return sigmoid(any()) * 2.0;
      case 3: return any() + any();
      case 4: return any() * any() * 0.25;
      case 5: return any() - mean(any(), {1}, KeepDim::yes);
      case 6: return any() + bias_;
      case 7: return maximum(any(), any());
      case 8: return where(any() > 0.25, any(), any() * 0.5);
      case 9: return dropout(any(), 0.25);
      case 10: return linear(any(), weights_[std::size_t(pick(3))] * 0.25, bias_);
      case 11: return matmul(any(), weights_[std::size_t(pick(3))]) * 0.125;
      case 12: return square(any()) * 0.1 + sum(any(), {0}, KeepDim::yes) * 0.01;
      default: return softmax(any(), 1);
    }
  }

  std::uint64_t seed_;
  DType dtype_;
  std::vector<Tensor> weights_;
  Tensor bias_;
};

class Fusion : public testing::TestWithParam<DType> {};

TEST_P(Fusion, two_hundred_random_steps_give_eagers_bits) {
  int merged = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const RandomStep eager(seed, GetParam());
    auto captured = compile([&](const Tensor& x) { return eager(x); });
    for (int call = 0; call < 3; ++call) {
      const Tensor x = randn({8, 16}, {.dtype = GetParam()});
      Generator& random = default_generator();
      const std::uint64_t before = random.offset();
      const auto expected = eager(x);
      const std::uint64_t after = random.offset();
      random.set_offset(before);
      const auto found = captured(x);
      ASSERT_EQ(random.offset(), after);
      for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_TRUE(test::same_bits(found[i], expected[i])) << "seed " << seed << ", call " << call << ", result " << i << "\n"
                                                      << captured.explain();
    }
    EXPECT_EQ(captured.recordings(), 1);
    merged += captured.explain().find(" + [") != std::string::npos;
  }
  EXPECT_GT(merged, 50);  // the passes had something to do
}
INSTANTIATE_TEST_SUITE_P(types, Fusion, testing::Values(f32, f64), [](const auto& type) {
  return std::string(name_of(type.param));
});

std::string plan_of(nn::Sequential& model, const Tensor& x) {
  optim::Adam adam(model.parameters());
  auto step = compile([&](const Tensor& a) {
    const Tensor loss = mean(square(model(a)));
    adam.zero_grad();
    loss.backward();
    adam.step();
    return loss;
  });
  step(x);
  step(x);
  return step.explain();
}

TEST(Plan, bias_relu_and_dropout_end_a_product) {
  nn::Sequential model{nn::Linear(32, 64), relu, nn::Dropout(0.5), nn::Linear(64, 8)};
  const std::string plan = plan_of(model, randn({16, 32}));
  EXPECT_NE(plan.find("matmul [16, 32] @ [32, 64] + [relu, dropout]"), std::string::npos) << plan;
  EXPECT_NE(plan.find("matmul [16, 8] @ [8, 64] + [dropout', relu']"), std::string::npos) << plan;
}

TEST(Plan, convolutions_run_some_samples_at_a_time_with_packed_weights) {
  nn::Sequential model{nn::Conv2d({.in = 16, .out = 32, .kernel = 3}), relu, nn::Conv2d({.in = 32, .out = 32, .kernel = 3}),
                       relu, nn::Flatten(), nn::Linear(32 * 28 * 28, 4)};
  const std::string plan = plan_of(model, randn({8, 16, 32, 32}));
  EXPECT_NE(plan.find("at a time: conv2d"), std::string::npos) << plan;
  EXPECT_NE(plan.find("packed + [relu]"), std::string::npos) << plan;
  EXPECT_NE(plan.find("conv2d_pack"), std::string::npos) << plan;
}

TEST(Plan, pooling_does_the_relu_before_it_there_and_back) {
  nn::Sequential model{nn::Conv2d({.in = 3, .out = 16, .kernel = 3}), relu, nn::MaxPool2d(2), nn::Flatten(),
                       nn::Linear(16 * 7 * 7, 4)};
  const std::string plan = plan_of(model, randn({4, 3, 16, 16}));
  EXPECT_NE(plan.find("max_pool2d of relu 2x2"), std::string::npos) << plan;
  EXPECT_NE(plan.find("max_pool2d_grad of relu 2x2"), std::string::npos) << plan;
  EXPECT_NE(plan.find("few_channels, packed + max_pool2d of relu"), std::string::npos) << plan;
}

TEST(Plan, cross_entropy_comes_with_its_gradient_in_the_place_of_the_logits) {
  for (const DType type : {f32, f64}) {
    nn::Linear eager(24, 37), captured(24, 37);
    eager.to(type), captured.to(type);
    captured = eager;
    optim::Sgd a(eager.parameters(), {.lr = 0.5}), b(captured.parameters(), {.lr = 0.5});
    const auto run = [](nn::Linear& model, optim::Sgd& sgd, const Tensor& x, const Tensor& y) {
      const Tensor loss = cross_entropy(model(x), y);
      sgd.zero_grad();
      loss.backward();
      sgd.step();
      return loss;
    };
    auto step = compile([&](const Tensor& x, const Tensor& y) { return run(captured, b, x, y); });
    for (int i = 0; i < 4; ++i) {
      const Tensor x = randn({19, 24}, {.dtype = type}), y = cast(rand({19}) * 37, i64);
      EXPECT_EQ(run(eager, a, x, y).to(f64).item(), step(x, y).to(f64).item());
      EXPECT_EQ(Tensor(eager.weight).to(f64).to_vector<double>(), Tensor(captured.weight).to(f64).to_vector<double>()) << name_of(type);
    }
    const std::string plan = step.explain();
    EXPECT_NE(plan.find("cross_entropy_with_grad"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("cross_entropy_grad"), std::string::npos) << plan;
  }
}

// Forward, back and by weight in groups of samples, with pooling in the first convolution; batches that shards do not
// divide. Also in bf16, where the machine's table says so.
TEST(Plan, a_convolutional_net_gives_eagers_bits) {
  manual_seed(7);
  for (const DType type : {f32, bf16})
    for (const std::int64_t batch : {3, 11, 16}) {
      nn::Sequential eager{nn::Conv2d({.in = 3, .out = 32, .kernel = 3}), relu, nn::MaxPool2d(2),
                           nn::Conv2d({.in = 32, .out = 32, .kernel = 3}), relu, nn::MaxPool2d(2),
                           nn::Flatten(), nn::Linear(32 * 6 * 6, 5)};
      nn::Sequential captured = eager;
      optim::Adam a(eager.parameters()), b(captured.parameters());
      const auto run = [type](nn::Sequential& model, optim::Adam& adam, const Tensor& x) {
        const Autocast autocast(type);
        const Tensor loss = mean(square(model(x)));
        adam.zero_grad();
        loss.backward();
        adam.step();
        return loss;
      };
      auto step = compile([&](const Tensor& x) { return run(captured, b, x); });
      for (int i = 0; i < 3; ++i) {
        const Tensor x = randn({batch, 3, 31, 32});
        EXPECT_EQ(run(eager, a, x).to_vector<float>(), step(x).to_vector<float>());
      }
      const auto mine = eager.parameters(), theirs = captured.parameters();
      for (std::size_t i = 0; i < mine.size(); ++i)
        EXPECT_EQ(Tensor(mine[i]).to_vector<float>(), Tensor(theirs[i]).to_vector<float>()) << name_of(type) << ", batch " << batch << ", parameter " << i;
      const std::string plan = step.explain();
      EXPECT_NE(plan.find("; conv2d_weight_grad"), std::string::npos) << plan;
    }
}

TEST(Plan, normalisation_does_the_residual_and_the_activation) {
  models::ResNet model = models::resnet18({.classes = 4, .stem = models::ResNetStem::cifar});
  auto step = compile([&](const Tensor& x) {
    for (const Tensor& p : model.parameters()) p.zero_grad();
    const Tensor loss = mean(square(model(x)));
    loss.backward();
    return loss;
  });
  const Tensor x = randn({2, 3, 16, 16});
  step(x);
  const std::string plan = step.explain();
  for (const char* part : {"batch_norm [512, 64] + relu", "batch_norm [512, 64] + residual + relu",
                           "batch_norm_grad [512, 64] + relu", "batch_norm_grad [128, 128] + residual + relu"})
    EXPECT_NE(plan.find(part), std::string::npos) << part << "\n" << plan;
}

TEST(Plan, constants_are_computed_once) {
  const Tensor w = rand({4}).set_requires_grad();
  auto step = compile([&](const Tensor& x) { return grad(sum(x * w) * 3.0, {w})[0]; });
  const Tensor x = rand({4});
  step(x);
  EXPECT_EQ(step(x).to_vector<float>(), (x * 3.0).to_vector<float>());
  EXPECT_NE(step.explain().find("constant"), std::string::npos) << step.explain();
}

TEST(Plan, the_arena_is_within_a_third_of_what_lives_at_once) {
  manual_seed(5);
  const auto check = [](auto&& model, const Tensor& x) {
    auto step = compile([&](const Tensor& a) {
      for (const Tensor& p : model.parameters()) p.zero_grad();
      const Tensor loss = mean(square(model(a)));
      loss.backward();
      return loss;
    });
    step(x);
    step(x);
    const std::string plan = step.explain();
    const auto number_after = [&](const char* word) { return std::stod(plan.substr(plan.find(word) + std::string(word).size())); };
    EXPECT_LE(number_after("arena "), 1.3 * number_after("live at once: ")) << plan;
  };
  check(models::Mlp({.sizes = {20, 64, 64, 3}}), randn({32, 20}));
  check(models::resnet18({.classes = 10, .stem = models::ResNetStem::cifar}), randn({2, 3, 32, 32}));
}

}  // namespace
}  // namespace lepton
