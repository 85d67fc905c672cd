// GradScaler against torch.amp.GradScaler, captured and not.
#include <gtest/gtest.h>

#include "tests/optim/problem.hpp"
#include "tests/support/compare.hpp"

namespace lepton::optim::test {
namespace {

using lepton::test::same_bits;

/// How a step with a scaler is written.
enum class Way { fused, unscaled, captured, captured_unscaled };

class Scaled : public testing::TestWithParam<Way> {};

TEST_P(Scaled, is_pytorchs) {
  const bool unscaled = GetParam() == Way::unscaled || GetParam() == Way::captured_unscaled;
  const bool captured = GetParam() == Way::captured || GetParam() == Way::captured_unscaled;
  Problem problem(kVectors, f32);
  Sgd sgd(problem.parameters, {.lr = 0.05, .momentum = 0.9});
  GradScaler scaler({.init_scale = 1024, .growth_interval = 5});
  const auto run = [&](std::span<const Tensor> drift, bool left_out) {
    sgd.zero_grad();
    scaler.scale(problem.loss(drift, left_out)).backward();
    if (unscaled) {
      scaler.unscale(sgd);
      clip_grad_norm(problem.parameters, 0.5);
      scaler.step(sgd);
    } else {
      scaler.step(sgd, {.max_norm = 0.5});
    }
    scaler.update();
  };
  auto with = compile([&](const Tensor& x, const Tensor& y, const Tensor& z) {
    run(std::vector{x, y, z}, false);
  });
  auto less = compile([&](const Tensor& x, const Tensor& y, const Tensor& z) {
    run(std::vector{x, y, z}, true);
  });
  auto file = open_trace("grad_scaler");
  for (int t = 0; t < 100; ++t) {
    const bool overflow = t == 3 || t == 4 || t == 17 || t == 40 || (t >= 60 && t <= 62);
    const auto drift = problem.drift(t, overflow ? INFINITY : 0.3);
    const bool left_out = Problem::leaves_out(t);
    if (!captured) run(drift, left_out);
    else if (left_out) less(drift[0], drift[1], drift[2]);
    else with(drift[0], drift[1], drift[2]);
    double scale = 0, expected_sum = 0, expected_norm = 0;
    ASSERT_TRUE(file >> scale >> expected_sum >> expected_norm);
    EXPECT_EQ(scaler.current_scale(), scale) << "step " << t;
    const auto [weighted, norm] = problem.figures();
    ASSERT_NEAR(weighted, expected_sum, 1e-6 * expected_norm) << "step " << t;
    ASSERT_NEAR(norm, expected_norm, 1e-6 * expected_norm) << "step " << t;
  }
  EXPECT_EQ(with.recordings() + less.recordings(), captured ? 2 : 0);
  EXPECT_EQ(sgd.steps(), 93);  // seven were left out
}
INSTANTIATE_TEST_SUITE_P(ways, Scaled,
                         testing::Values(Way::fused, Way::unscaled, Way::captured, Way::captured_unscaled));

/// One step with a gradient that is not finite, and one without.
template <class O> void expect_left_out(const typename O::Options& options) {
  Problem problem(kMatrices, f32);
  O optimizer(problem.parameters, options);
  GradScaler scaler({.init_scale = 4});
  for (const double bad : {double(INFINITY), double(NAN)}) {
    const auto before = problem.values();
    const auto state = optimizer.state();
    std::vector<Tensor> copies;
    for (const auto& [name, t] : state) copies.push_back(t.clone());
    problem.backward(problem.drift(0), false);
    problem.parameters[2].grad().select(0, 0).fill_(bad);
    scaler.step(optimizer);
    EXPECT_EQ(problem.values(), before);
    for (std::size_t i = 0; i < copies.size(); ++i)
      EXPECT_TRUE(same_bits(state[i].second, copies[i])) << state[i].first;
    EXPECT_EQ(optimizer.steps(), 0);
    scaler.update();
  }
  EXPECT_EQ(scaler.current_scale(), 1);
  const auto before = problem.values();
  problem.backward(problem.drift(0), false);
  scaler.step(optimizer);
  EXPECT_NE(problem.values(), before);
  EXPECT_EQ(optimizer.steps(), 1);
}

TEST(GradScaler, LeavesParametersAndStateAloneWhereAGradientIsNotFinite) {
  expect_left_out<Adam>({});
  expect_left_out<Lion>({});
  expect_left_out<Lamb>({});
  expect_left_out<Muon>({});
}

TEST(GradScaler, TwoOptimizersAreJudgedApartAndTheScaleTogether) {
  Problem a(kVectors, f32), b(kVectors, f32);
  Sgd first(a.parameters, {.lr = 0.1}), second(b.parameters, {.lr = 0.1});
  GradScaler scaler({.init_scale = 8, .growth_interval = 1});
  a.backward(a.drift(0), false);
  b.backward(b.drift(0), false);
  b.parameters[0].grad().fill_(INFINITY);
  const auto before_a = a.values(), before_b = b.values();
  scaler.step(second);
  scaler.step(first);
  scaler.update();
  EXPECT_NE(a.values(), before_a);
  EXPECT_EQ(b.values(), before_b);
  EXPECT_EQ(scaler.current_scale(), 4);
  b.backward(b.drift(0), false);
  scaler.step(second);
  scaler.update();
  EXPECT_EQ(scaler.current_scale(), 8);
}

TEST(GradScaler, StateIsSavedAndLoaded) {
  GradScaler a({.init_scale = 16, .growth_interval = 3}), b({.growth_interval = 3});
  for (int i = 0; i < 5; ++i) a.update();
  const auto from = a.state(), to = b.state();
  for (std::size_t i = 0; i < from.size(); ++i) {
    EXPECT_EQ(from[i].first, to[i].first);
    to[i].second.copy_(from[i].second);
  }
  EXPECT_EQ(b.current_scale(), 32);
  a.update(), b.update();
  EXPECT_EQ(a.current_scale(), 64);
  EXPECT_EQ(b.current_scale(), 64);
}

TEST(GradScaler, DisabledChangesNothing) {
  Problem a(kVectors, f32), b(kVectors, f32);
  Sgd plain(a.parameters, {.lr = 0.1}), other(b.parameters, {.lr = 0.1});
  GradScaler scaler({.enabled = false});
  a.backward(a.drift(0), false);
  plain.step();
  scaler.scale(b.loss(b.drift(0), false)).backward();
  scaler.unscale(other);
  scaler.step(other);
  scaler.update();
  EXPECT_EQ(a.values(), b.values());
}

TEST(GradScaler, MistakesAreTold) {
  Problem a(kVectors, f32);
  Sgd sgd(a.parameters);
  GradScaler scaler;
  a.backward(a.drift(0), false);
  scaler.unscale(sgd);
  EXPECT_ERROR(scaler.unscale(sgd), "unscaled already");
  EXPECT_ERROR(GradScaler({.growth_factor = 1}), "growth_factor > 1");
}

}  // namespace
}  // namespace lepton::optim::test
