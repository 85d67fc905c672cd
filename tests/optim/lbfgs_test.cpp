// L-BFGS against PyTorch's in a curved valley, and what it refuses.
#include "lepton/optim/lbfgs.hpp"

#include <gtest/gtest.h>

#include "tests/optim/problem.hpp"
#include "tests/support/compare.hpp"

namespace lepton::optim::test {
namespace {

/// Rosenbrock's function of all parameters in a row.
struct Valley {
  Problem problem;
  Lbfgs lbfgs;

  explicit Valley(const LbfgsOptions& options, DType dtype = f64)
      : problem({{3, 2}, {4}}, dtype), lbfgs(problem.parameters, options) {}

  double step() {
    return lbfgs.step([this] {
      lbfgs.zero_grad();
      const Tensor x = cat({problem.parameters[0].flatten(), problem.parameters[1].flatten()});
      const Tensor next = x.slice(0, 1), here = x.slice(0, 0, -1);
      const Tensor loss = sum(10.0 * square(next - square(here)) + square(1.0 - here));
      loss.backward();
      return loss;
    });
  }
};

LbfgsOptions options(bool wolfe) {
  return wolfe ? LbfgsOptions{.max_iter = 4,
                              .history_size = 4,
                              .line_search = LbfgsOptions::LineSearch::strong_wolfe}
               : LbfgsOptions{.lr = 0.1, .max_iter = 3, .history_size = 5};
}

class LbfgsTrace : public testing::TestWithParam<bool> {};

TEST_P(LbfgsTrace, is_pytorchs) {
  Valley valley(options(GetParam()));
  auto file = open_trace(GetParam() ? "lbfgs_wolfe" : "lbfgs");
  for (int t = 0; t < 100; ++t) {
    valley.step();
    const auto [weighted, norm] = valley.problem.figures();
    double expected_sum = 0, expected_norm = 0;
    ASSERT_TRUE(file >> expected_sum >> expected_norm);
    EXPECT_NEAR(weighted, expected_sum, 1e-10 * expected_norm) << "step " << t;
    EXPECT_NEAR(norm, expected_norm, 1e-10 * expected_norm) << "step " << t;
  }
}

TEST_P(LbfgsTrace, finds_the_minimum_in_f32) {
  Valley valley(options(GetParam()), f32);
  for (int t = 0; t < 100; ++t) valley.step();
  for (const double x : valley.problem.values()) EXPECT_NEAR(x, 1, GetParam() ? 1e-2 : 0.1);
}

TEST_P(LbfgsTrace, goes_on_from_a_saved_state) {
  Valley a(options(GetParam())), b(options(GetParam()));
  for (int t = 0; t < 9; ++t) a.step();
  {
    const NoGrad no_grad;
    for (std::size_t i = 0; i < 2; ++i) b.problem.parameters[i].copy_(a.problem.parameters[i]);
    const auto from = a.lbfgs.state(), to = b.lbfgs.state();
    for (std::size_t i = 0; i < from.size(); ++i) to[i].second.copy_(from[i].second);
  }
  for (int t = 0; t < 9; ++t) EXPECT_EQ(a.step(), b.step());
  EXPECT_EQ(a.problem.values(), b.problem.values());
  EXPECT_EQ(a.lbfgs.steps(), b.lbfgs.steps());
}
INSTANTIATE_TEST_SUITE_P(line_search, LbfgsTrace, testing::Bool());

TEST(Lbfgs, SaysWhatItCannotDo) {
  Valley valley(options(false));
  Optimizer& plain = valley.lbfgs;
  EXPECT_ERROR(plain.step(), "[lbfgs] a step needs a closure");
  auto step = compile([&](const Tensor& x) {
    valley.step();
    return x;
  });
  EXPECT_ERROR(step(zeros({1})), "[lbfgs] cannot be captured");
  Problem f(kVectors, f32), d(kVectors, f64);
  EXPECT_ERROR(Lbfgs({f.parameters[0], d.parameters[1]}), "parameters of one type");
  EXPECT_ERROR(Lbfgs(f.parameters, {.max_iter = 0}), "max_iter");
}

}  // namespace
}  // namespace lepton::optim::test
