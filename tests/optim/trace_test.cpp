// Every optimizer makes the 100 steps of PyTorch's (make_traces.py), captured as in eager code, and goes on from a
// saved state as if it had not been stopped.
#include <gtest/gtest.h>

#include "tests/optim/cases.hpp"
#include "tests/support/compare.hpp"

namespace lepton::optim::test {
namespace {

constexpr int kSteps = 100, kLrChange = 50;

class Trace : public testing::TestWithParam<std::tuple<Case, DType>> {
 protected:
  const Case& c = std::get<0>(GetParam());
  const DType dtype = std::get<1>(GetParam());

  void step(const Problem& problem, Optimizer& optimizer, int t) const {
    if (t == kLrChange)
      for (std::size_t g = 0; g < optimizer.groups(); ++g) optimizer.set_lr(optimizer.lr(g) * 0.5, g);
    problem.backward(problem.drift(t), Problem::leaves_out(t));
    c.step(optimizer);
  }
};

TEST_P(Trace, is_pytorchs) {
  Problem problem(*c.shapes, dtype);
  const auto optimizer = c.make(problem.parameters);
  auto file = open_trace(c.name);
  const double tolerance = dtype == f64 ? 1e-10 : c.tolerance32;
  for (int t = 0; t < kSteps; ++t) {
    step(problem, *optimizer, t);
    double figure[4] = {};
    for (double& f : figure) ASSERT_TRUE(file >> f);
    const auto [weighted, norm] = problem.figures();
    const double* const expected = dtype == f64 ? figure : figure + 2;
    ASSERT_NEAR(weighted, expected[0], tolerance * expected[1]) << "step " << t;
    ASSERT_NEAR(norm, expected[1], tolerance * expected[1]) << "step " << t;
  }
  for (const double value : problem.values()) {
    double expected = 0;
    ASSERT_TRUE(file >> expected);
    EXPECT_NEAR(value, expected, dtype == f64 ? 1e-10 : 2e-5);  // the last line is in f64
  }
}

TEST_P(Trace, is_the_same_captured) {
  Problem eager(*c.shapes, dtype), captured(*c.shapes, dtype);
  const auto a = c.make(eager.parameters), b = c.make(captured.parameters);
  const auto whole = [&](const Tensor& x, const Tensor& y, const Tensor& z) {
    captured.backward(std::vector{x, y, z}, false);
    c.step(*b);
  };
  const auto less = [&](const Tensor& x, const Tensor& y, const Tensor& z) {
    captured.backward(std::vector{x, y, z}, true);
    c.step(*b);
  };
  auto with = compile(whole);
  auto without = compile(less);
  for (int t = 0; t < kSteps; ++t) {
    step(eager, *a, t);
    if (t == kLrChange)
      for (std::size_t g = 0; g < b->groups(); ++g) b->set_lr(b->lr(g) * 0.5, g);
    const auto drift = captured.drift(t);
    if (Problem::leaves_out(t)) without(drift[0], drift[1], drift[2]);
    else with(drift[0], drift[1], drift[2]);
    ASSERT_EQ(eager.values(), captured.values()) << "step " << t;
  }
  EXPECT_EQ(with.recordings(), 1);
  EXPECT_EQ(without.recordings(), 1);
  const auto x = a->state(), y = b->state();
  for (std::size_t i = 0; i < x.size(); ++i)
    EXPECT_TRUE(lepton::test::same_bits(x[i].second, y[i].second)) << x[i].first;
}

TEST_P(Trace, goes_on_from_a_saved_state) {
  constexpr int kSaved = 40;
  Problem straight(*c.shapes, dtype), resumed(*c.shapes, dtype);
  const auto a = c.make(straight.parameters), b = c.make(resumed.parameters);
  for (int t = 0; t < kSaved; ++t) step(straight, *a, t);
  {
    const NoGrad no_grad;
    for (std::size_t i = 0; i < straight.parameters.size(); ++i)
      resumed.parameters[i].copy_(straight.parameters[i]);
    const auto from = a->state(), to = b->state();
    ASSERT_EQ(from.size(), to.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
      EXPECT_EQ(from[i].first, to[i].first);
      to[i].second.copy_(from[i].second);
    }
  }
  EXPECT_EQ(b->steps(), kSaved);
  for (int t = kSaved; t < kSteps; ++t) {
    step(straight, *a, t);
    step(resumed, *b, t);
    ASSERT_EQ(straight.values(), resumed.values()) << "step " << t;
  }
}

INSTANTIATE_TEST_SUITE_P(optimizers, Trace,
                         testing::Combine(testing::ValuesIn(cases()), testing::Values(f32, f64)),
                         [](const auto& run) {
                           return std::string(std::get<0>(run.param).name) + "_" +
                                  std::string(name_of(std::get<1>(run.param)));
                         });

}  // namespace
}  // namespace lepton::optim::test
