// jvp, Hessian-vector products, Jacobians and gradients of each sample, against formulas and against each other.
#include "lepton/autograd/functional.hpp"

#include "lepton/autograd/backward.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Values = std::vector<double>;
const Tensor kMatrix = tensor<double>({{1, 2}, {-1, 0.5}, {3, 1}});

Tensor curved(const Tensor& x) { return tanh(matmul(kMatrix, x)); }
Tensor bowl(const Tensor& x) { return sum(x * x * x) + x.select(0, 0) * x.select(0, 1); }

TEST(Functional, JvpIsTheJacobianTimesTheDirection) {
  const Tensor x = tensor<double>({0.3, -0.2}), v = tensor<double>({1, 2});
  const auto [value, derivative] = jvp(curved, x, v);
  EXPECT_TRUE(close(values(value), values(curved(x)), 0));
  const Tensor j = jacobian(curved, x);
  EXPECT_EQ(j.shape(), (Shape{3, 2}));
  EXPECT_TRUE(close(values(derivative), values(matmul(j, v)), 1e-12));
  // (1 - y^2) A, by hand.
  EXPECT_TRUE(close(values(j), values((1 - square(value)).unsqueeze(1) * kMatrix), 1e-12));
  const double step = 1e-6;
  EXPECT_TRUE(
      close(values(derivative), values((curved(x + v * step) - curved(x - v * step)) / (2 * step)), 1e-8));
  EXPECT_EQ(values(jvp([](const Tensor& t) { return t * 2; }, x, v).derivative), (Values{2, 4}));
  EXPECT_ERROR(jvp(curved, x, zeros({3})), "[jvp] the direction [3] f32 must be like x, [2] f64");
}

TEST(Functional, VjpIsTheDirectionTimesTheJacobian) {
  const Tensor x = tensor<double>({0.3, -0.2}), v = tensor<double>({1, 2, -1});
  const auto [value, derivative] = vjp(curved, x, v);
  EXPECT_TRUE(close(values(value), values(curved(x)), 0));
  EXPECT_TRUE(close(values(derivative), values(matmul(v, jacobian(curved, x))), 1e-12));
  EXPECT_EQ(values(vjp([](const Tensor&) { return ones({3}, {.dtype = f64}); }, x, v).derivative),
            (Values{0, 0}));
  EXPECT_ERROR(vjp(curved, x, x), "[vjp] the direction [2] f64 must be like f(x), [3] f64");
}

TEST(Functional, HvpIsTheHessianTimesTheDirection) {
  const Tensor x = tensor<double>({0.5, -1}), v = tensor<double>({2, 3});
  const Tensor h = hessian(bowl, x);
  EXPECT_TRUE(close(values(h), Values{3, 1, 1, -6}, 1e-12));
  const auto [value, derivative] = hvp(bowl, x, v);
  EXPECT_EQ(value.item(), bowl(x).item());
  EXPECT_TRUE(close(values(derivative), values(matmul(h, v)), 1e-12));
  EXPECT_EQ(values(hvp([](const Tensor& t) { return sum(t); }, x, v).derivative), (Values{0, 0}));
  EXPECT_ERROR(hessian(curved, x), "[hessian] is of one number, not of [3]");
}

TEST(Functional, PerSampleGradientsAddUpToTheBatchs) {
  nn::Linear layer(4, 3);
  const Tensor x = randn({5, 4}), y = tensor<std::int64_t>({0, 2, 1, 1, 0});
  const auto parameters = layer.parameters();
  const auto each = per_sample_gradients(
      [&](const std::vector<Tensor>& s) { return cross_entropy(layer(s[0]), s[1]); }, parameters, {x, y});
  ASSERT_EQ(each.size(), 2u);
  EXPECT_EQ(each[0].shape(), (Shape{5, 3, 4}));
  const auto all = grad(cross_entropy(layer(x), y), parameters);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_TRUE(close(values(mean(each[i], {0})), values(all[i]), 1e-6)) << i;
  EXPECT_ERROR(per_sample_gradients([](const std::vector<Tensor>& s) { return sum(s[0]); }, parameters,
                                    {x, zeros({2})}),
               "[per_sample_gradients] inputs have 5 and 2 samples");
}

}  // namespace
}  // namespace lepton::test
