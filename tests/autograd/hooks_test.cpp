// Gradient hooks, on tensors and around modules, and the anomaly mode.
#include "lepton/autograd/hooks.hpp"

#include "lepton/autograd/anomaly.hpp"
#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "lepton/compile/compile.hpp"
#include "lepton/nn/hooked.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Values = std::vector<double>;

TEST(Hooks, SeeTheSumAndChangeIt) {
  const Tensor x = leaf({1, 2});
  std::vector<Values> seen;
  const Tensor y = on_gradient(x, [&](const Tensor& g) {
    seen.push_back(values(g));
    return g * 10;
  });
  sum(y * y + 3 * y).backward();
  EXPECT_EQ(seen, (std::vector<Values>{{5, 7}}));
  EXPECT_EQ(values(x.grad()), (Values{50, 70}));
}

TEST(Hooks, LookingOnlyChangesNothing) {
  const Tensor x = leaf({1, 2});
  int calls = 0;
  sum(square(on_gradient(x, [&](const Tensor&) {
    ++calls;
    return Tensor();
  }))).backward();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(values(x.grad()), (Values{2, 4}));
}

TEST(Hooks, AreRegisteredOnResults) {
  const Tensor x = leaf({1, 2}), y = x * x;
  register_hook(y, [](const Tensor& g) { return -g; });
  sum(y * 3).backward();
  EXPECT_EQ(values(x.grad()), (Values{-6, -12}));
  EXPECT_ERROR(register_hook(x, [](const Tensor& g) { return g; }),
               "[register_hook] a leaf has no operation");
  const Tensor z = on_gradient(x, [](const Tensor& g) { return sum(g); });
  EXPECT_ERROR(sum(z * 2).backward(), "[on_gradient] the hook gave [] f64 for a gradient [2] f64");
}

TEST(Hooks, AreReplayed) {
  auto step = compile([](const Tensor& x) {
    const Tensor at = x.detach().set_requires_grad();
    return grad(sum(square(on_gradient(at, [](const Tensor& g) { return g * 10; }))), {at})[0];
  });
  for (const double v : {1.0, 2.0, 3.0}) EXPECT_EQ(step(full({2}, v)).to_vector<double>()[1], 20 * v);
}

TEST(Hooks, AroundAModule) {
  nn::Hooked layer(nn::Linear(3, 2));
  Tensor seen;
  layer.before = [](const Tensor& x) { return x * 2; };
  layer.after = [&](const Tensor&, const Tensor& y) {
    seen = y.detach();
    return y + 1;
  };
  const Tensor x = ones({4, 3}), y = layer(x);
  EXPECT_TRUE(close(values(seen), values(layer.inner(x * 2).detach()), 0));
  EXPECT_TRUE(close(values(y.detach()), values(seen + 1), 0));
  EXPECT_EQ(layer.named_parameters()[0].first, "inner.weight");
}

TEST(DetectAnomaly, NamesWhereANanIsBorn) {
  const DetectAnomaly on;
  const Tensor x = tensor<double>({{1, 2, 3}, {4, -5, 6}});
  EXPECT_ERROR(exp(log(x)), "[log] made a NaN at [1, 1] of [2, 3] out of inputs without one: [2, 3] f64");
}

TEST(DetectAnomaly, NamesParametersAndWhatCameBefore) {
  nn::Linear layer(2, 2);
  layer.named_parameters();
  const NoGrad writing;
  layer.parameters()[0].fill_(INFINITY);
  const EnableGrad tape;
  const DetectAnomaly on;
  const std::string error = error_of([&] { layer(zeros({1, 2})); });
  EXPECT_NE(error.find("[linear] made a NaN at [0, 0] of [1, 2] out of inputs without one: [1, 2] f32"),
            std::string::npos)
      << error;
  EXPECT_NE(error.find("'weight'"), std::string::npos) << error;
}

TEST(DetectAnomaly, NamesTheGradient) {
  const Tensor x = leaf({0, 4});
  const DetectAnomaly on;
  const Tensor y = sum(0 * sqrt(x));  // its gradient by sqrt's argument at 0 is 0 / 0
  EXPECT_ERROR(y.backward(),
               "[sqrt] its gradient by input 0, [2], is NaN at [0] of [2], though the gradient by its "
               "result [2] is not");
}

TEST(DetectAnomaly, IsSilentOtherwise) {
  const Tensor x = leaf({1, 4}), nan = tensor<double>({NAN, 1});
  const DetectAnomaly on;
  EXPECT_NO_THROW(sum(exp(nan) + x));  // the NaN came in
  EXPECT_NO_THROW(sum(exp(x)).backward());
}

}  // namespace
}  // namespace lepton::test
