// Modules with other parameters: values, gradients through a step, and that the module's own stay as they were.
#include "lepton/nn/functional_call.hpp"

#include "lepton/autograd/backward.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/optim/sgd.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

nn::Sequential make_model() {
  nn::Sequential model{nn::Linear(3, 4), tanh, nn::Linear(4, 1)};
  model.to(f64);
  return model;
}

TEST(FunctionalCall, GivesWhatACopyWithTheseParametersGives) {
  nn::Sequential model = make_model(), other = make_model();
  const Tensor x = ones({2, 3}, {.dtype = f64});
  const auto own = model(x);
  EXPECT_TRUE(same_bits(nn::functional_call(model, other.named_parameters(), x), other(x)));
  EXPECT_TRUE(same_bits(model(x), own));
  // One of them alone.
  nn::Sequential mixed = model;
  mixed.at<nn::Linear>(2).bias = nn::Parameter(other.at<nn::Linear>(2).bias);
  EXPECT_TRUE(same_bits(nn::functional_call(model, {{"2.bias", other.at<nn::Linear>(2).bias}}, x), mixed(x)));
}

TEST(FunctionalCall, LeavesTheIdentitiesInPlace) {
  nn::Sequential model = make_model();
  const auto before = model.parameters();
  const Tensor w = zeros({4, 3}, {.dtype = f64});
  EXPECT_ERROR(nn::functional_call(model, {{"0.weight", w}, {"1.weight", w}}, ones({2, 3})),
               "no parameter '1.weight'");
  EXPECT_ERROR(nn::functional_call(model, {{"0.weight", w}, {"0.bias", w}}, ones({2, 3})),
               "parameter '0.bias' is [4], not [4, 3]");
  EXPECT_ERROR(nn::functional_call(model, {{"0.weight", w}}, ones({2, 7}, {.dtype = f64})), "[linear]");
  const auto after = model.parameters();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(before[i].ref() == after[i].ref());
  optim::Sgd sgd(model.parameters(), {.lr = 0.1});
  sum(model(ones({2, 3}, {.dtype = f64}))).backward();
  EXPECT_NO_THROW(sgd.step());
}

/// The loss after a step of descent along the loss before it.
Tensor loss_after_step(nn::Sequential& model, const Tensor& x, const Tensor& next) {
  auto fast = model.named_parameters();
  std::vector<Tensor> own;
  for (const auto& [name, p] : fast) own.push_back(p);
  const auto g = grad(sum(square(model(x))), own, {.create_graph = true});
  for (std::size_t i = 0; i < fast.size(); ++i) fast[i].second = own[i] - 0.1 * g[i];
  return sum(square(nn::functional_call(model, fast, next)));
}

// Finn et al. 2017: the gradient goes through the step.
TEST(FunctionalCall, IsDifferentiatedThroughAStep) {
  nn::Sequential model = make_model();
  const Tensor x = tensor<double>({{0.5, -1, 2}, {1, 0.3, -0.2}}), next = tensor<double>({{-1, 0.2, 0.7}});
  const Tensor weight = model.parameters()[0];
  const Tensor g = grad(loss_after_step(model, x, next), {weight})[0];
  for (const std::int64_t i : {0, 5, 11}) {
    const double h = 1e-5;
    const Tensor at = weight.detach().reshape({12}).select(0, i);
    const double value = at.item();
    at.fill_(value + h);
    const double up = loss_after_step(model, x, next).item();
    at.fill_(value - h);
    const double down = loss_after_step(model, x, next).item();
    at.fill_(value);
    EXPECT_NEAR(g.reshape({12}).select(0, i).item(), (up - down) / (2 * h), 1e-7);
  }
}

}  // namespace
}  // namespace lepton::test
