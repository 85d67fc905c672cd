// Gradient hooks, on tensors and around modules, and the anomaly mode.
#include "lepton/autograd/hooks.hpp"

#include "lepton/autograd/anomaly.hpp"
#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/custom_op.hpp"
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
  const Tensor z = on_gradient(x, [](const Tensor& g) { return sum(g); });
  EXPECT_ERROR(sum(z * 2).backward(), "[hook] it gave [] f64 for a gradient [2] f64");
}

TEST(Hooks, AreRefusedWhereNoGradientComes) {
  const GradientHook same = [](const Tensor& g) { return g; };
  const Tensor plain = ones({2}), x = leaf({1, 2});
  EXPECT_ERROR(register_hook(plain, same),
               "[register_hook] no gradient comes to a tensor that wants none: [2]");
  EXPECT_ERROR(register_hook(x, {}), "[register_hook] the hook is empty");
  EXPECT_ERROR(register_post_accumulate_hook(x * 2, [](const Tensor&) {}),
               "[register_post_accumulate_hook] only leaves that want a gradient keep one");
  EXPECT_FALSE(on_gradient(plain, same).requires_grad());
}

TEST(Hooks, HandlesAreValuesThatRemoveNothingByDying) {
  HookHandle kept;
  EXPECT_FALSE(kept.active());
  kept.remove();
  {
    const Tensor x = leaf({1, 2});
    const GradientHook twice = [](const Tensor& g) { return g * 2; };
    { const HookHandle dies = register_hook(x, twice); }
    kept = register_hook(x, twice);
    const HookHandle copy = kept;
    copy.remove();
    EXPECT_FALSE(kept.active());
    kept = register_hook(x, twice);
    sum(x).backward();
    EXPECT_EQ(values(x.grad()), (Values{4, 4}));
  }
  EXPECT_FALSE(kept.active());
  kept.remove();
}

TEST(Hooks, StayWithTheIdentityOfAParameter) {
  nn::Parameter p(ones({2}));
  int calls = 0;
  register_hook(p, [&](const Tensor&) {
    ++calls;
    return Tensor();
  });
  const auto walk = [](const nn::Parameter& q) { sum(q.tensor() * 2).backward(); };
  nn::Parameter copy(p);
  walk(copy);
  EXPECT_EQ(calls, 0);
  p = nn::Parameter(copy);  // a value that is moved in brings its own identity
  walk(p);
  EXPECT_EQ(calls, 0);

  nn::Parameter q(ones({2}));
  register_hook(q, [&](const Tensor&) {
    ++calls;
    return Tensor();
  });
  q = copy;  // written in place
  walk(q);
  EXPECT_EQ(calls, 1);
  nn::Parameter moved(std::move(q));
  walk(moved);
  EXPECT_EQ(calls, 2);
}

// What an update in backward is for: the gradient of a late layer is gone before that of an early one comes.
TEST(Hooks, AfterAccumulatingRunAsSoonAsAllHasCome) {
  const Tensor early = leaf({1, 2}), late = leaf({3, 4});
  int with_gradient = 0;
  const auto count = [&](const Tensor& p) {
    ++with_gradient;
    p.zero_grad();
    EXPECT_FALSE(early.grad().defined());
  };
  register_post_accumulate_hook(late, count);
  register_post_accumulate_hook(early, [&](const Tensor& p) {
    EXPECT_FALSE(late.grad().defined());
    count(p);
  });
  const Tensor h = tanh(early * early);
  sum(h * late + h).backward();
  EXPECT_EQ(with_gradient, 2);
}

/// Lets no gradient through.
struct Dead {
  static constexpr auto name = "dead";
  Tensor forward(const Tensor& x) const { return x.clone(); }
  Grads backward(const Saved&, const Tensor&) const { return {Tensor()}; }
};

TEST(Hooks, OfALeafThatSomeWaysDoNotReach) {
  const Tensor x = leaf({1, 2});
  std::vector<Values> seen;
  register_hook(x, [&](const Tensor& g) {
    seen.push_back(values(g));
    return Tensor();
  });
  sum(custom_op(Dead{}, x) + custom_op(Dead{}, x * 3) + x * 5).backward();
  EXPECT_EQ(seen, (std::vector<Values>{{5, 5}}));
  EXPECT_EQ(values(x.grad()), (Values{5, 5}));
}

TEST(Hooks, LeaveNothingBehindWhereOneThrows) {
  const Tensor x = leaf({1, 2});
  const HookHandle bad = register_hook(x, [](const Tensor&) -> Tensor { throw Error("mine", "no"); });
  EXPECT_ERROR(sum(x * 2).backward(), "[mine] no");
  bad.remove();
  sum(x * 2).backward();
  EXPECT_EQ(values(x.grad()), (Values{2, 2}));
}

TEST(Hooks, AreReplayed) {
  auto step = compile([](const Tensor& x) {
    const Tensor at = x.detach().set_requires_grad();
    return grad(sum(square(on_gradient(at, [](const Tensor& g) { return g * 10; }))), {at})[0];
  });
  for (const double v : {1.0, 2.0, 3.0}) EXPECT_EQ(step(full({2}, v)).to_vector<double>()[1], 20 * v);
}

TEST(Hooks, OfLeavesAreReplayedAndRecordedAnewWhenTheyChange) {
  nn::Parameter w(full({2}, 3.0));
  auto step = compile([&](const Tensor& x) {
    w->zero_grad();
    sum(w.tensor() * x).backward();
    return w->grad() * 1;
  });
  const auto run = [&] { return step(full({2}, 2.0)).to_vector<double>()[0]; };
  EXPECT_EQ(run(), 2);
  const HookHandle ten = register_hook(w, [](const Tensor& g) { return g * 10; });
  EXPECT_EQ(run(), 20);
  EXPECT_EQ(run(), 20);
  register_post_accumulate_hook(w, [](const Tensor& p) { p.grad().add_(ones({2})); });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(run(), 21);
  ten.remove();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(run(), 3);
  EXPECT_EQ(step.recordings(), 4);
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
