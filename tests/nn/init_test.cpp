// Initial values: exact ones, ranges and moments of random ones, and PyTorch's gains.
#include "lepton/nn/init.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/conv.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/support/compare.hpp"

namespace lepton {
namespace {

namespace init = nn::init;

struct Moments {
  double mean, deviation, low, high;
};
Moments moments(const Tensor& t) {
  const std::vector<double> v = t.to_vector<double>();
  double mean = 0, squares = 0;
  for (const double x : v) mean += x / double(v.size());
  for (const double x : v) squares += (x - mean) * (x - mean) / double(v.size());
  return {mean, std::sqrt(squares), *std::min_element(v.begin(), v.end()),
          *std::max_element(v.begin(), v.end())};
}

TEST(Init, Constants) {
  const Tensor t = rand({2, 3});
  init::ones(t);
  EXPECT_EQ(sum(t).item(), 6);
  init::zeros(t);
  EXPECT_EQ(sum(t).item(), 0);
  init::constant(t, 0.5);
  EXPECT_EQ(sum(t).item(), 3);
  init::eye(t);
  EXPECT_TRUE(test::close(t, tensor({{1.f, 0.f, 0.f}, {0.f, 1.f, 0.f}}), 0));
  EXPECT_ERROR(init::eye(rand({3})), "[eye] needs a matrix, got [3]");
}

TEST(Init, DiracKeepsItsInput) {
  const Tensor x = randn({2, 4, 5, 6});
  const Tensor w = rand({4, 4, 3, 3}), grouped = rand({4, 2, 3, 3});
  init::dirac(w);
  EXPECT_TRUE(test::close(conv2d(x, w, {}, {.padding = 1}), x, 1e-6));
  init::dirac(grouped, 2);
  EXPECT_TRUE(test::close(conv2d(x, grouped, {}, {.padding = 1, .groups = 2}), x, 1e-6));
  EXPECT_ERROR(init::dirac(rand({3, 2})), "[dirac] needs a weight");
}

TEST(Init, OrthogonalRowsOrColumns) {
  manual_seed(3);
  for (const Shape& shape : {Shape{5, 5}, Shape{3, 20}, Shape{20, 3}, Shape{4, 2, 3, 3}}) {
    const Tensor w = empty(shape, {.dtype = f64});
    init::orthogonal(w, 2);
    const Tensor m = w.reshape({shape[0], -1});
    const bool wide = m.size(0) <= m.size(1);
    const Tensor product = wide ? matmul(m, m.transpose()) : matmul(m.transpose(), m);
    EXPECT_TRUE(test::close(product, 4 * eye(product.size(0), {.dtype = f64}), 1e-12));
  }
}

TEST(Init, SparseColumns) {
  manual_seed(4);
  const Tensor w = empty({10, 40});
  init::sparse(w, 0.33, 0.5);
  for (const double n : sum((w == 0).to(i64), {0}).to_vector<double>()) EXPECT_EQ(n, 4);
  EXPECT_NEAR(moments(w).deviation, 0.5 * std::sqrt(0.6), 0.05);
}

TEST(Init, RandomOnesHaveTheirRangeAndDeviation) {
  manual_seed(5);
  const Tensor t = empty({200, 100, 2});  // fan_in 200, fan_out 400
  init::uniform(t, -1, 3);
  EXPECT_NEAR(moments(t).mean, 1, 0.02);
  EXPECT_TRUE(moments(t).low >= -1 && moments(t).high < 3 && moments(t).high > 2.99);
  init::normal(t, 2, 0.5);
  EXPECT_NEAR(moments(t).mean, 2, 0.01);
  EXPECT_NEAR(moments(t).deviation, 0.5, 0.01);
  init::trunc_normal(t, 0, 1, -1, 0.5);
  EXPECT_TRUE(moments(t).low >= -1 && moments(t).high <= 0.5);
  EXPECT_NEAR(moments(t).mean, -0.20699, 0.01);  // (phi(-1) - phi(0.5)) / (Phi(0.5) - Phi(-1))
  init::xavier_uniform(t, 2);
  EXPECT_NEAR(moments(t).high, 2 * std::sqrt(6.0 / 600), 1e-3);
  init::xavier_normal(t);
  EXPECT_NEAR(moments(t).deviation, std::sqrt(2.0 / 600), 1e-3);
  init::kaiming_uniform(t);
  EXPECT_NEAR(moments(t).high, std::sqrt(6.0 / 200), 1e-3);
  init::kaiming_uniform(t, {.mode = init::Fan::out, .nonlinearity = init::Nonlinearity::tanh});
  EXPECT_NEAR(moments(t).high, 5.0 / 3 * std::sqrt(3.0 / 400), 1e-3);
  init::kaiming_normal(t, {.a = 0.5, .mode = init::Fan::out});
  EXPECT_NEAR(moments(t).deviation, std::sqrt(2 / 1.25 / 400), 1e-3);
  EXPECT_ERROR(init::kaiming_normal(rand({3})), "[init] fans need a weight [out, in, ...], got [3]");
  EXPECT_ERROR(init::trunc_normal(t, 0, 1, 40, 41), "[trunc_normal] the range is too far");
}

TEST(Init, GainsArePyTorchs) {
  using enum init::Nonlinearity;
  EXPECT_EQ(init::calculate_gain(linear), 1);
  EXPECT_EQ(init::calculate_gain(sigmoid), 1);
  EXPECT_NEAR(init::calculate_gain(tanh), 1.6666666666666667, 1e-15);
  EXPECT_NEAR(init::calculate_gain(relu), 1.4142135623730951, 1e-15);
  EXPECT_NEAR(init::calculate_gain(leaky_relu), 1.4141428569978354, 1e-15);
  EXPECT_NEAR(init::calculate_gain(leaky_relu, 0.2), 1.3867504905630728, 1e-15);
  EXPECT_EQ(init::calculate_gain(selu), 0.75);
}

}  // namespace
}  // namespace lepton
