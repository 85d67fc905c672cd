// Every schedule gives PyTorch's learning rates over 100 steps (schedule_traces.py).
#include "lepton/optim/schedule.hpp"

#include <gtest/gtest.h>

#include "tests/optim/problem.hpp"
#include "tests/support/compare.hpp"

namespace lepton::optim::test {
namespace {

constexpr int kSteps = 100;

/// Two groups with the rates of the traces.
struct Rates {
  Tensor a = zeros({1}).set_requires_grad(), b = zeros({1}).set_requires_grad();
  Sgd sgd{std::vector<Sgd::Group>{{{a}, {.lr = 0.1}}, {{b}, {.lr = 0.03}}}};

  void expect_next(std::istream& file, const std::string& name, int t) const {
    for (std::size_t g = 0; g < 2; ++g) {
      double expected = 0;
      ASSERT_TRUE(file >> expected);
      // PyTorch multiplies its way from step to step, so its last digits are not exact either.
      EXPECT_NEAR(sgd.lr(g), expected, 1e-10 * expected + 1e-17) << name << ", group " << g << ", step " << t;
    }
  }
};

using OneCycle = OneCycleLr;

const std::vector<std::pair<std::string, Schedule>>& schedules() {
  static const std::vector<std::pair<std::string, Schedule>> all = {
      {"step", StepLr{.step_size = 7, .gamma = 0.7}},
      {"multistep", MultiStepLr{.milestones = {10, 40, 41}, .gamma = 0.3}},
      {"exponential", ExponentialLr{.gamma = 0.97}},
      {"cosine", CosineLr{.t_max = 80, .eta_min = 0.001}},
      {"restarts", CosineRestartsLr{.t_0 = 10, .t_mult = 2, .eta_min = 0.001}},
      {"restarts_even", CosineRestartsLr{.t_0 = 15}},
      {"linear", LinearLr{.start_factor = 0.1, .end_factor = 0.8, .total_iters = 30}},
      {"constant", ConstantLr{.factor = 0.25, .total_iters = 13}},
      {"polynomial", PolynomialLr{.total_iters = 60, .power = 1.7}},
      {"one_cycle", OneCycle{.total_steps = 100}},
      {"one_cycle_three", OneCycle{.total_steps = 100,
                                   .pct_start = 0.4,
                                   .anneal = OneCycle::Anneal::linear,
                                   .div_factor = 10,
                                   .final_div_factor = 100,
                                   .three_phase = true}},
      {"lambda", LambdaLr{[](std::int64_t t) { return std::pow(0.95, double(t)) + 0.01 * double(t % 3); }}},
      {"sequential", SequentialLr{{LinearLr{.start_factor = 0.2, .total_iters = 10},
                                   CosineLr{.t_max = 50, .eta_min = 0.002}, ExponentialLr{0.9}},
                                  {10, 60}}},
      {"chained", ChainedLr{{ConstantLr{.factor = 0.1, .total_iters = 20},
                             StepLr{.step_size = 30, .gamma = 0.5}, ExponentialLr{0.98}}}},
  };
  return all;
}

class ScheduleTrace : public testing::TestWithParam<std::size_t> {};

TEST_P(ScheduleTrace, is_pytorchs) {
  const auto& [name, schedule] = schedules()[GetParam()];
  auto file = open_trace("schedule_" + name);
  Rates rates;
  Scheduler scheduler(rates.sgd, schedule);
  for (int t = 0; t < kSteps; ++t, scheduler.step()) rates.expect_next(file, name, t);
  EXPECT_EQ(scheduler.steps(), kSteps);
}
INSTANTIATE_TEST_SUITE_P(schedules, ScheduleTrace, testing::Range(std::size_t(0), schedules().size()),
                         [](const auto& run) { return schedules()[run.param].first; });

class PlateauTrace : public testing::TestWithParam<bool> {};

TEST_P(PlateauTrace, is_pytorchs) {
  const bool max = GetParam();
  const PlateauOptions options =
      max ? PlateauOptions{.mode = PlateauMode::max,
                           .factor = 0.2,
                           .patience = 2,
                           .threshold = 1e-3,
                           .threshold_mode = PlateauThreshold::absolute}
          : PlateauOptions{.factor = 0.5, .patience = 4, .threshold = 1e-2, .cooldown = 3, .min_lr = 0.004};
  const std::string name = max ? "plateau_max" : "plateau";
  auto file = open_trace("schedule_" + name);
  Rates rates, others;
  Plateau plateau(rates.sgd, options), other(others.sgd, options);
  const auto metric = [](int t) {
    const double values[] = {1 / (1.0 + t), 1 / 21.0, 0.04, 0.05, 0.039};
    return values[std::min(t / 20, 4)];
  };
  Plateau* current = &plateau;
  Rates* now = &rates;
  for (int t = 0; t < kSteps; ++t) {
    if (t == 47) {  // goes on from a saved state
      other.state()[0].second.copy_(plateau.state()[0].second);
      for (std::size_t g = 0; g < 2; ++g) others.sgd.set_lr(rates.sgd.lr(g), g);
      EXPECT_EQ(other.best(), plateau.best());
      current = &other;
      now = &others;
    }
    now->expect_next(file, name, t);
    current->step(metric(t));
  }
}
INSTANTIATE_TEST_SUITE_P(modes, PlateauTrace, testing::Bool());

TEST(Scheduler, CapturedStepsSeeItAndAreTheEagerOnes) {
  const auto run = [](bool captured) {
    Problem problem(kVectors, f32);
    Adam adam(problem.parameters, {.lr = 0.1});
    Scheduler scheduler(adam, SequentialLr{{LinearLr{.total_iters = 5}, CosineLr{25}}, {5}});
    const auto function = [&](const Tensor& x, const Tensor& y, const Tensor& z) {
      problem.backward(std::vector{x, y, z}, false);
      adam.step();
    };
    auto step = compile(function);
    for (int t = 0; t < 30; ++t, scheduler.step()) {
      const auto d = problem.drift(t);
      captured ? step(d[0], d[1], d[2]) : function(d[0], d[1], d[2]);
    }
    EXPECT_EQ(step.recordings(), captured ? 1 : 0);
    return problem.values();
  };
  EXPECT_EQ(run(true), run(false));
}

TEST(Scheduler, GoesOnFromASavedState) {
  Rates a, b;
  b.sgd.set_lr(7);
  Scheduler first(a.sgd, CosineLr{50}), second(b.sgd, CosineLr{50});
  for (int i = 0; i < 12; ++i) first.step();
  const auto from = first.state(), to = second.state();
  for (std::size_t i = 0; i < from.size(); ++i) to[i].second.copy_(from[i].second);
  first.step(), second.step();
  EXPECT_EQ(second.steps(), 13);
  for (std::size_t g = 0; g < 2; ++g) EXPECT_EQ(a.sgd.lr(g), b.sgd.lr(g));
}

TEST(Scheduler, AScheduleForEachGroup) {
  Rates rates;
  Scheduler scheduler(
      rates.sgd, std::vector<Schedule>{ExponentialLr{0.5}, [](double base, std::int64_t) { return base; }});
  scheduler.step();
  EXPECT_EQ(rates.sgd.lr(0), 0.05);
  EXPECT_EQ(rates.sgd.lr(1), 0.03);
}

TEST(Scheduler, MistakesAreTold) {
  Rates rates;
  EXPECT_ERROR(Scheduler(rates.sgd, StepLr{.step_size = 0}), "[StepLr] step_size");
  EXPECT_ERROR(Scheduler(rates.sgd, SequentialLr{{CosineLr{3}}, {2}}), "[SequentialLr]");
  EXPECT_ERROR(Scheduler(rates.sgd, std::vector<Schedule>(3, CosineLr{3})), "3 schedules for 2 groups");
  EXPECT_ERROR(Plateau(rates.sgd, {.factor = 1}), "factor < 1");
  Scheduler scheduler(rates.sgd, CosineLr{5});
  auto step = compile([&](const Tensor& x) {
    scheduler.step();
    return x;
  });
  EXPECT_ERROR(step(zeros({1})), "call it after the step");
}

}  // namespace
}  // namespace lepton::optim::test
