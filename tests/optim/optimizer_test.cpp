// Groups, learning rates, launches, and parameters that change under an optimizer.
#include <gtest/gtest.h>

#include "tests/optim/problem.hpp"
#include "tests/support/compare.hpp"

namespace lepton::optim::test {
namespace {

using lepton::test::close;
using lepton::test::same_bits;

int count(const std::string& text, const std::string& word) {
  int n = 0;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++n;
  return n;
}

TEST(Optimizer, AllParametersOfAGroupAreOneLaunch) {
  std::vector<Tensor> p;
  for (int i = 0; i < 158; ++i) {
    p.push_back(wave({i + 1}, 1, i, f32).set_requires_grad());
    p.back().set_grad(wave({i + 1}, 1, 2 * i, f32));
  }
  Adam adam(p, {.lr = 0.1});
  const auto before = p[157].to_vector<double>(), g = p[157].grad().to_vector<double>();
  auto step = compile([&](const Tensor& x) {
    adam.step({.max_norm = 1e9});
    return x;
  });
  step(zeros({1}));
  EXPECT_EQ(count(step.explain(), " optimizer:"), 1) << step.explain();
  EXPECT_EQ(count(step.explain(), " gradient_norm:"), 1);
  EXPECT_TRUE(step.explain().starts_with("plan: 2 kernels")) << step.explain();
  const auto after = p[157].to_vector<double>();
  for (std::size_t i = 0; i < g.size(); ++i)  // the first step is lr g / (|g| + eps)
    EXPECT_NEAR(after[i], before[i] - 0.1 * (g[i] > 0 ? 1 : -1), 1e-5);
}

TEST(Optimizer, GroupsHaveRatesOfTheirOwn) {
  Problem problem(kVectors, f64);
  Sgd sgd({problem.parameters[0]}, {.lr = 0.5});
  sgd.add_group({problem.parameters[1], problem.parameters[2]}, {.lr = 0.25, .momentum = 0.9});
  EXPECT_EQ(sgd.groups(), 2u);
  EXPECT_EQ(sgd.parameters().size(), 3u);
  sgd.set_lr(0.125, 1);
  EXPECT_EQ(sgd.lr(), 0.5);
  EXPECT_EQ(sgd.lr(1), 0.125);
  problem.backward(problem.drift(0), false);
  std::vector<std::vector<double>> expected;
  for (int i = 0; i < 3; ++i)
    expected.push_back(
        (problem.parameters[i].detach() - problem.parameters[i].grad() * (i == 0 ? 0.5 : 0.125))
            .to_vector<double>());
  sgd.step();
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(close(problem.parameters[i].to_vector<double>(), expected[i], 1e-15));
  sgd.set_lr(1);
  EXPECT_EQ(sgd.lr(0), 1);
  EXPECT_EQ(sgd.lr(1), 1);
  std::string names;
  for (const auto& [name, t] : sgd.state()) names += name + " ";
  EXPECT_EQ(names, "step.0 momentum_buffer.1 momentum_buffer.2 step.1 step.2 lr.0 lr.1 ");
}

TEST(Optimizer, MistakesAreTold) {
  Problem problem(kVectors, f32);
  const Tensor& p = problem.parameters[0];
  EXPECT_ERROR(Adam(std::vector<Tensor>{}), "[adam] there are no parameters");
  EXPECT_ERROR(Adam({p, p}), "given twice");
  Adam adam({p});
  EXPECT_ERROR(adam.add_group({p}), "given twice");
  EXPECT_ERROR(adam.set_lr(-1), "at least 0");
  EXPECT_ERROR(adam.set_lr(1, 1), "1 groups");
  EXPECT_ERROR(adam.lr(2), "1 groups");
  EXPECT_ERROR(Lion({p}, {.lr = NAN}), "[lion] lr");
  EXPECT_ERROR(Sgd({zeros({2})}), "requires a gradient");
  EXPECT_ERROR(Sgd({zeros({2}).to(f16).set_requires_grad()}), "not f16");
  EXPECT_ERROR(Muon({problem.parameters[1]}), "2 axes, not [7]");
  auto step = compile([&](const Tensor& x) {
    adam.set_lr(0.5);
    return x;
  });
  EXPECT_ERROR(step(zeros({1})), "inside a captured step");
}

TEST(Optimizer, StateFollowsAModelThatChangesItsType) {
  nn::Linear model(3, 2);
  Adam adam(model.parameters(), {.lr = 0.1});
  const auto train = [&](DType dtype) {
    const Tensor x = wave({4, 3}, 1, 0, dtype);
    adam.zero_grad();
    sum(square(model(x))).backward();
    adam.step();
  };
  train(f32);
  const auto moment = adam.state()[0].second.to_vector<double>();
  model.to(f64);
  adam.zero_grad();
  train(f64);
  EXPECT_EQ(adam.state()[0].second.dtype(), f64);
  EXPECT_EQ(adam.steps(), 2);
  EXPECT_NE(adam.state()[0].second.to_vector<double>(), moment);
  for (const Tensor& p : model.parameters())
    for (const double v : p.to_vector<double>()) EXPECT_TRUE(std::isfinite(v));
}

TEST(Optimizer, StateStartsAnewForAnotherShape) {
  nn::Linear model(3, 2);
  Sgd sgd(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  sum(model(wave({4, 3}, 1, 0, f32))).backward();
  sgd.step();
  const nn::Linear other(300, 200);
  model = other;  // values and shapes are taken over by the same identities
  sgd.zero_grad();
  sum(model(wave({4, 300}, 1, 0, f32))).backward();
  const auto before = model.weight->to_vector<double>(), g = model.weight->grad().to_vector<double>();
  sgd.step();
  const auto after = model.weight->to_vector<double>();
  for (std::size_t i = 0; i < g.size(); ++i) ASSERT_NEAR(after[i], before[i] - 0.1 * g[i], 1e-6);
  EXPECT_EQ(sgd.steps(), 1);
}

TEST(Optimizer, ParametersCountTheirOwnSteps) {
  Tensor early = ones({2}, {.dtype = f64}).set_requires_grad(),
         late = ones({2}, {.dtype = f64}).set_requires_grad();
  Adam adam({early, late}, {.lr = 0.1});
  for (int i = 0; i < 50; ++i) {
    early.set_grad(ones({2}, {.dtype = f64}));
    adam.step();
  }
  late.set_grad(ones({2}, {.dtype = f64}));
  adam.step();
  // As in PyTorch: its first step is as long as lr, whenever it is made.
  EXPECT_TRUE(close(late.to_vector<double>(), {0.9, 0.9}, 1e-7));
  EXPECT_EQ(adam.steps(), 51);
}

TEST(Optimizer, GradientsAreReadInAnyLayoutAndType) {
  const Tensor values = wave({6, 4}, 1, 0, f32);
  Tensor a = wave({4, 6}, 1, 1, f32).set_requires_grad(), b = a.detach().clone().set_requires_grad();
  a.set_grad(values.transpose());
  b.set_grad(values.transpose().contiguous().to(f64));
  Sgd sgd({a, b}, {.lr = 0.5});
  const auto before = a.to_vector<double>(), g = values.transpose().to_vector<double>();
  sgd.step();
  EXPECT_TRUE(same_bits(a, b));
  for (std::size_t i = 0; i < g.size(); ++i)
    EXPECT_NEAR(a.to_vector<double>()[i], before[i] - 0.5 * g[i], 1e-7);
}

TEST(Optimizer, AccumulatedGradientsAreTheSameCaptured) {
  const auto run = [](bool captured) {
    Problem problem(kVectors, f32);
    Adam adam(problem.parameters, {.lr = 0.05});
    const auto add = [&](const Tensor& x, const Tensor& y, const Tensor& z) {
      const Tensor loss = problem.loss(std::vector{x, y, z}, false) / 2.0;
      loss.backward();
      return loss;
    };
    const auto apply = [&](const Tensor& x) {
      adam.step();
      adam.zero_grad();
      return x;
    };
    auto add_captured = compile(add);
    auto apply_captured = compile(apply);
    const Tensor nothing = zeros({1});
    for (int t = 0; t < 20; ++t) {
      const auto d = problem.drift(t);
      captured ? add_captured(d[0], d[1], d[2]) : add(d[0], d[1], d[2]);
      if (t % 2 == 1) captured ? apply_captured(nothing) : apply(nothing);
    }
    return problem.values();
  };
  EXPECT_EQ(run(true), run(false));
}

}  // namespace
}  // namespace lepton::optim::test
