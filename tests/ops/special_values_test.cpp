// NaN, infinities, ties and large arguments: values and gradients.
#include <cmath>
#include <limits>

#include "lepton/autograd/backward.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/pool.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/softmax.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Values = std::vector<double>;
constexpr double kInf = std::numeric_limits<double>::infinity(),
                 kNan = std::numeric_limits<double>::quiet_NaN();

/// Runs its tests in f32 and f64, on vectors long enough for the vector loop and its tail.
class SpecialValues : public ::testing::TestWithParam<DType> {
 protected:
  Tensor of(std::initializer_list<double> v, bool wants_grad = false) const {
    Tensor x = tensor(std::vector<double>(v), {std::int64_t(v.size())}).to(GetParam());
    return x.set_requires_grad(wants_grad);
  }
  template <class F> Values gradient(F f, std::initializer_list<double> v) const {
    const Tensor x = of(v, true);
    return values(grad(sum(f(x)), {x})[0]);
  }
};

TEST_P(SpecialValues, NanGoesThrough) {
  for (const auto f :
       {+[](const Tensor& x) { return relu(x); },    +[](const Tensor& x) { return leaky_relu(x); },
        +[](const Tensor& x) { return elu(x); },     +[](const Tensor& x) { return clamp(x, -1, 1); },
        +[](const Tensor& x) { return sigmoid(x); }, +[](const Tensor& x) { return tanh(x); },
        +[](const Tensor& x) { return exp(x); },     +[](const Tensor& x) { return log(x); },
        +[](const Tensor& x) { return sqrt(x); },    +[](const Tensor& x) { return softplus(x); },
        +[](const Tensor& x) { return gelu(x); },    +[](const Tensor& x) { return gelu_tanh(x); },
        +[](const Tensor& x) { return silu(x); },    +[](const Tensor& x) { return erf(x); },
        +[](const Tensor& x) { return sin(x); },     +[](const Tensor& x) { return abs(x); },
        +[](const Tensor& x) { return log1p(x); },   +[](const Tensor& x) { return pow(x, 3); },
        +[](const Tensor& x) { return softmax(x); }, +[](const Tensor& x) { return x + 1; }})
    EXPECT_TRUE(std::isnan(values(f(of({kNan})))[0]));
  const Tensor x = of({1, kNan, 3, kNan, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, kNan});
  const Values y = values(relu(x));
  EXPECT_TRUE(std::isnan(y[1]) && std::isnan(y[16]) && y[15] == 16);
}

TEST_P(SpecialValues, NanWinsExtremes) {
  const Tensor a = of({1, kNan, kNan, 2}), b = of({kNan, 1, kNan, 1});
  EXPECT_TRUE(close(values(maximum(a, b)), {kNan, kNan, kNan, 2}, 0));
  EXPECT_TRUE(close(values(minimum(a, b)), {kNan, kNan, kNan, 1}, 0));
  EXPECT_TRUE(std::isnan(max(a).item()) && std::isnan(min(a).item()) && std::isnan(sum(a).item()));
  EXPECT_FALSE(std::isnan(max(of({1, 2})).item()));
  const Tensor picture = of({1, kNan, 3, 4}).reshape({1, 1, 2, 2});
  EXPECT_TRUE(std::isnan(max_pool2d(picture, 2).item()));
  EXPECT_EQ(values(a == a), (Values{1, 0, 0, 1}));
  EXPECT_EQ(values(a != a), (Values{0, 1, 1, 0}));
  EXPECT_EQ(values(a <= a), (Values{1, 0, 0, 1}));
}

TEST_P(SpecialValues, LargeArguments) {
  EXPECT_TRUE(close(values(sigmoid(of({-1000, 1000, -kInf, kInf}))), {0, 1, 0, 1}, 1e-30));
  EXPECT_TRUE(close(values(tanh(of({-1000, 1000, -kInf, kInf}))), {-1, 1, -1, 1}, 1e-7));
  EXPECT_TRUE(close(values(softplus(of({-1000, 1000, 0}))), {0, 1000, std::log(2.0)}, 1e-7));
  EXPECT_TRUE(close(values(silu(of({-1000, 1000}))), {0, 1000}, 1e-7));
  EXPECT_TRUE(close(values(gelu(of({-1000, 1000}))), {0, 1000}, 1e-7));
  EXPECT_TRUE(close(values(gelu_tanh(of({-1000, 1000}))), {0, 1000}, 1e-7));
  EXPECT_TRUE(close(values(elu(of({-1000, 1000}))), {-1, 1000}, 1e-7));
  EXPECT_TRUE(close(values(exp(of({-2000, 2000, -kInf, kInf}))), {0, kInf, 0, kInf}, 0));
  EXPECT_TRUE(close(values(log(of({0, kInf, -1}))), {-kInf, kInf, kNan}, 0));
  EXPECT_TRUE(close(values(log1p(of({-1, 1e-10, kInf}))), {-kInf, 1e-10, kInf}, 1e-16));
  EXPECT_TRUE(close(values(erf(of({-30, 30, kInf}))), {-1, 1, 1}, 1e-7));
  EXPECT_TRUE(close(values(sqrt(of({0, kInf, -1}))), {0, kInf, kNan}, 0));
  EXPECT_TRUE(close(values(reciprocal(of({0, kInf}))), {kInf, 0}, 0));
}

TEST_P(SpecialValues, SinAndCosOfManyTurns) {
  const Values turns{0, 3.0, 100, 1000, 12345, -54321, 300000};
  const Tensor x = tensor(turns, {7}).to(GetParam());
  Values s, c;
  for (const double v : values(x)) s.push_back(std::sin(v)), c.push_back(std::cos(v));
  EXPECT_TRUE(close(values(sin(x)), s, 1e-5));
  EXPECT_TRUE(close(values(cos(x)), c, 1e-5));
}

TEST_P(SpecialValues, GradientsOfLargeArguments) {
  EXPECT_TRUE(close(gradient([](const Tensor& x) { return sigmoid(x); }, {-1000, 1000}), {0, 0}, 0));
  EXPECT_TRUE(close(gradient([](const Tensor& x) { return softplus(x); }, {-1000, 1000}), {0, 1}, 1e-7));
  EXPECT_TRUE(close(gradient([](const Tensor& x) { return silu(x); }, {-1000, 1000}), {0, 1}, 1e-7));
  EXPECT_TRUE(close(gradient([](const Tensor& x) { return gelu(x); }, {-1000, 1000}), {0, 1}, 1e-7));
  EXPECT_TRUE(close(gradient([](const Tensor& x) { return gelu_tanh(x); }, {-1000, 1000}), {0, 1}, 1e-7));
  EXPECT_TRUE(close(gradient([](const Tensor& x) { return elu(x); }, {-1000, 1000}), {0, 1}, 1e-7));
  EXPECT_TRUE(close(gradient([](const Tensor& x) { return tanh(x); }, {-1000, 1000}), {0, 0}, 0));
}

TEST_P(SpecialValues, GradientsAtKinks) {
  EXPECT_EQ(gradient([](const Tensor& x) { return relu(x); }, {0, -0.0}), (Values{0, 0}));
  EXPECT_EQ(gradient([](const Tensor& x) { return abs(x); }, {0}), (Values{0}));
  EXPECT_EQ(gradient([](const Tensor& x) { return clamp(x, -1, 1); }, {-1, 1, 2, -2}), (Values{1, 1, 0, 0}));
  EXPECT_EQ(gradient([](const Tensor& x) { return pow(x, 2); }, {0, -3}), (Values{0, -6}));
}

TEST_P(SpecialValues, TiesShareTheGradient) {
  EXPECT_EQ(gradient([](const Tensor& x) { return max(x); }, {3, 1, 3, 3, 3}),
            (Values{0.25, 0, 0.25, 0.25, 0.25}));
  const Tensor a = of({1, 2}, true), b = of({1, 1}, true);
  const auto g = grad(sum(maximum(a, b)), {a, b});
  EXPECT_EQ(values(g[0]), (Values{0.5, 1}));
  EXPECT_EQ(values(g[1]), (Values{0.5, 0}));
  const auto h = grad(sum(minimum(a, b)), {a, b});
  EXPECT_EQ(values(h[0]), (Values{0.5, 0}));
  EXPECT_EQ(values(h[1]), (Values{0.5, 1}));
  const Tensor picture = of({2, 2, 2, 2}, true);
  EXPECT_EQ(values(grad(max_pool2d(picture.reshape({1, 1, 2, 2}), 2), {picture},
                        {.gradient = ones({1, 1, 1, 1}, {.dtype = GetParam()})})[0]),
            (Values{1, 0, 0, 0}));
  EXPECT_EQ(argmax(of({1, 5, 5, 5, 2})).item(), 1);
}

TEST_P(SpecialValues, SoftmaxWithoutOverflow) {
  EXPECT_TRUE(close(values(softmax(of({1e4, 1e4, -1e4}))), {0.5, 0.5, 0}, 1e-7));
  EXPECT_TRUE(close(values(softmax(of({-kInf, 0, -kInf}))), {0, 1, 0}, 0));
  EXPECT_TRUE(close(values(log_softmax(of({1e4, 1e4, 0}))),
                    {-std::log(2.0), -std::log(2.0), -1e4 - std::log(2.0)}, 1e-6));
  EXPECT_NEAR(logsumexp(of({1e4, 1e4}), {0}).item(), 1e4 + std::log(2.0), 1e-3);
  EXPECT_EQ(logsumexp(of({-kInf, -kInf}), {0}).item(), -kInf);
  EXPECT_EQ(logsumexp(of({kInf, 0}), {0}).item(), kInf);
}

TEST_P(SpecialValues, LossesOfSureAnswers) {
  const Tensor logits = of({1000, 0, 0, 1000}).reshape({2, 2});
  EXPECT_EQ(cross_entropy(logits, tensor<std::int64_t>({0, 1})).item(), 0);
  EXPECT_EQ(cross_entropy(logits, tensor<std::int64_t>({1, 0})).item(), 1000);
  EXPECT_EQ(binary_cross_entropy_with_logits(of({1000, -1000}), of({1, 0})).item(), 0);
  EXPECT_EQ(binary_cross_entropy_with_logits(of({1000, -1000}), of({0, 1})).item(), 1000);
  EXPECT_EQ(binary_cross_entropy(of({1, 0}), of({0, 1})).item(), 100);  // PyTorch's limit
  EXPECT_EQ(binary_cross_entropy(of({1, 0}), of({1, 0})).item(), 0);
}

TEST_P(SpecialValues, LossGradientsOfSureAnswersAreNumbers) {
  const Tensor p = of({1, 0, 1, 0}, true);
  for (const double g : values(grad(binary_cross_entropy(p, of({1, 0, 0, 1})), {p})[0]))
    EXPECT_TRUE(std::isfinite(g)) << g;
}

TEST_P(SpecialValues, SumsOfNothing) {
  const Tensor none = zeros({0, 3}, {.dtype = GetParam()});
  EXPECT_EQ(sum(none).item(), 0);
  EXPECT_EQ(values(sum(none, {0})), (Values{0, 0, 0}));
  EXPECT_TRUE(std::isnan(mean(none).item()));
  EXPECT_ERROR(max(none), "[max] of nothing");
  EXPECT_ERROR(min(none, {0}), "[min] of nothing");
  EXPECT_EQ(max(none, {1}).shape(), (Shape{0}));
}

INSTANTIATE_TEST_SUITE_P(Types, SpecialValues, ::testing::Values(f32, f64),
                         [](const auto& type) { return std::string(name_of(type.param)); });

}  // namespace
}  // namespace lepton::test
