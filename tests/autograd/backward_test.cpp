// The walk over the tape: accumulation, chosen inputs, tapes used twice, what is refused.
#include "lepton/autograd/backward.hpp"

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Values = std::vector<double>;

TEST(Backward, SumsOverThePathsToALeaf) {
  const Tensor a = leaf({1, 2}), b = leaf({10, 20});
  const Tensor h = a + b, y = h + a;
  sum(y * tensor<double>({3, 5})).backward();
  EXPECT_EQ(values(a.grad()), (Values{6, 10}));
  EXPECT_EQ(values(b.grad()), (Values{3, 5}));
}

TEST(Backward, AddsToWhatIsThere) {
  const Tensor x = leaf({1, 2});
  for (int i = 0; i < 3; ++i) sum(x * x).backward();
  EXPECT_EQ(values(x.grad()), (Values{6, 12}));
  x.zero_grad();
  EXPECT_FALSE(x.grad().defined());
}

// a + b hands one and the same gradient to both; what is then added to one must not reach the other.
TEST(Backward, LeavesDoNotShareTheirGradient) {
  const Tensor a = leaf({1, 2}), b = leaf({3, 4});
  const Tensor w = tensor<double>({1, 10});
  sum((a + b) * w).backward();
  sum(a * w).backward();
  EXPECT_EQ(values(a.grad()), (Values{2, 20}));
  EXPECT_EQ(values(b.grad()), (Values{1, 10}));
}

TEST(Backward, DoesNotKeepTheCallersGradient) {
  const Tensor x = leaf({1, 2}), g = tensor<double>({5, 7});
  backward(x * 1.0, {.gradient = g});
  backward(x * 1.0, {.gradient = g});
  EXPECT_EQ(values(x.grad()), (Values{10, 14}));
  EXPECT_EQ(values(g), (Values{5, 7}));
}

// The gradient of a sum is one element stretched: adding to it in place would write all of it at once.
TEST(Backward, AddsToAStretchedGradient) {
  const Tensor x = leaf({1, 2, 3});
  const Tensor h = x * 1.0, a = sum(h * h), b = sum(h);
  (a + b).backward();
  EXPECT_EQ(values(x.grad()), (Values{3, 5, 7}));
  EXPECT_EQ(values(grad(sum(x * x) + sum(x), {x})[0]), (Values{3, 5, 7}));

  const Tensor q = leaf({1, 2, 3, 4}, {2, 2}), w = tensor<double>({10, 20});
  const Tensor k = q * 1.0, rows = sum(sum(k, {1}) * w), columns = sum(sum(k, {0}) * w);
  (rows + columns).backward();
  EXPECT_EQ(values(q.grad()), (Values{20, 30, 30, 40}));
}

TEST(Backward, GradientHasTheTypeOfItsLeaf) {
  Tensor x = tensor<float>({1, 2});
  x.set_requires_grad();
  sum(x.to(f64) * tensor<double>({3, 4})).backward();
  EXPECT_EQ(x.grad().dtype(), f32);
  EXPECT_EQ(values(x.grad()), (Values{3, 4}));
}

TEST(Backward, StartsFromAGivenGradient) {
  const Tensor x = leaf({1, 2, 3});
  backward(x * x, {.gradient = tensor<double>({1, 10, 100})});
  EXPECT_EQ(values(x.grad()), (Values{2, 40, 600}));
}

TEST(Backward, Refuses) {
  const Tensor x = leaf({1, 2, 3});
  EXPECT_ERROR((x * x).backward(), "[backward] starts from one number, not from [3]");
  EXPECT_ERROR(backward(x * x, {.gradient = zeros({2}, {.dtype = f64})}),
               "gradient [2] does not fit the tensor [3]");
  EXPECT_ERROR(backward(x * x, {.gradient = zeros({3})}), "[backward] ");  // of another type
  EXPECT_ERROR(sum(x.detach()).backward(),
               "[backward] this tensor was computed from nothing that requires a gradient");
  EXPECT_ERROR(Tensor().backward(), "[tensor] is undefined");
  const NoGrad off;
  EXPECT_ERROR(sum(x * x).backward(), "the tape is off here (NoGrad)");
}

TEST(Backward, SecondWalkNeedsRetainGraph) {
  const Tensor x = leaf({1, 2, 3});
  const Tensor y = sum(exp(x));
  y.backward();
  EXPECT_ERROR(y.backward(), "its saved values are gone");

  const Tensor z = sum(x * x);
  x.zero_grad();
  backward(z, {.retain_graph = true});
  z.backward();
  EXPECT_EQ(values(x.grad()), (Values{4, 8, 12}));
  EXPECT_ERROR(z.backward(), "pass .retain_graph = true to the first walk");
}

// A walk that fails half-way leaves nothing behind for the next.
TEST(Backward, RecoversFromAFailedWalk) {
  const Tensor x = leaf({1, 2}), y = leaf({3, 4});
  const Tensor h = x * 2.0;
  const Tensor left = exp(h), right = exp(y);
  const Tensor loss = sum(h) + sum(left * 1.0) + sum(right);
  right.detach().fill_(0);  // spoils right's own gradient
  EXPECT_ERROR(loss.backward(), "was changed in place");
  x.zero_grad();
  sum(h).backward();
  EXPECT_EQ(values(x.grad()), (Values{2, 2}));
}

TEST(Backward, LeafIsItsOwnRoot) {
  Tensor x = tensor<double>({4}).reshape({}).detach();
  x.set_requires_grad();
  x.backward();
  EXPECT_EQ(x.grad().item(), 1);
}

TEST(Backward, SetGradChecksTheShape) {
  const Tensor x = leaf({1, 2});
  EXPECT_ERROR(x.set_grad(zeros({3})), "[set_grad] gradient [3] does not fit the tensor [2]");
  x.set_grad(tensor<double>({5, 6}));
  sum(x).backward();
  EXPECT_EQ(values(x.grad()), (Values{6, 7}));
}

TEST(Grad, OfLeavesTouchesNoGradField) {
  const Tensor x = leaf({1, 2}), y = leaf({3, 4}), other = leaf({5});
  const auto g = grad(sum(x * y), {y, x, other});
  EXPECT_EQ(values(g[0]), (Values{1, 2}));
  EXPECT_EQ(values(g[1]), (Values{3, 4}));
  EXPECT_FALSE(g[2].defined());
  EXPECT_FALSE(x.grad().defined());
}

TEST(Grad, OfResults) {
  const Tensor x = leaf({1, 2});
  const Tensor h = x * x, y = sum(h * h);
  const auto g = grad(y, {h, x, y});
  EXPECT_EQ(values(g[0]), (Values{2, 8}));
  EXPECT_EQ(values(g[1]), (Values{4, 32}));
  EXPECT_EQ(g[2].item(), 1);
}

TEST(Grad, SameInputTwice) {
  const Tensor x = leaf({3});
  const auto g = grad(sum(x * x), {x, x});
  EXPECT_EQ(g[0].item(), 6);
  EXPECT_EQ(g[1].item(), 6);
}

TEST(Grad, HigherOrders) {
  const Tensor x = leaf({2});
  const Tensor y = sum(pow(x, 5));
  const Tensor first = grad(y, {x}, {.create_graph = true})[0];
  const Tensor second = grad(sum(first), {x}, {.create_graph = true})[0];
  const Tensor third = grad(sum(second), {x})[0];
  EXPECT_NEAR(first.item(), 80, 1e-12);
  EXPECT_NEAR(second.item(), 160, 1e-12);
  EXPECT_NEAR(third.item(), 240, 1e-12);
}

TEST(Grad, CreateGraphRetainsIt) {
  const Tensor x = leaf({2});
  const Tensor y = sum(exp(x));
  grad(y, {x}, {.create_graph = true});
  EXPECT_NEAR(grad(y, {x})[0].item(), std::exp(2.0), 1e-12);
}

// A gradient penalty: the norm of a gradient is part of the loss.
TEST(Grad, PenaltyReachesTheLeaf) {
  const Tensor x = leaf({1, 2}), w = leaf({3, 4});
  const Tensor g = grad(sum(x * x * w), {x}, {.create_graph = true})[0];  // 2 x w
  sum(g * g).backward();                                                  // by w: 8 x^2 w
  EXPECT_EQ(values(w.grad()), (Values{24, 128}));
}

TEST(GradMode, NoGradAndEnableGrad) {
  const Tensor x = leaf({1, 2});
  EXPECT_TRUE(grad_enabled());
  {
    const NoGrad off;
    EXPECT_FALSE(grad_enabled());
    EXPECT_FALSE((x * x).requires_grad());
    {
      const EnableGrad on;
      EXPECT_TRUE((x * x).requires_grad());
    }
    EXPECT_FALSE(grad_enabled());
  }
  EXPECT_TRUE((x * x).requires_grad());
}

TEST(GradMode, LeavesAndResults) {
  Tensor x = tensor<double>({1, 2});
  EXPECT_TRUE(x.is_leaf());
  EXPECT_FALSE((x * x).requires_grad());
  x.set_requires_grad();
  Tensor y = x * x;
  EXPECT_FALSE(y.is_leaf());
  EXPECT_ERROR(y.set_requires_grad(), "[set_requires_grad] only leaves can be marked");
  EXPECT_ERROR(tensor<std::int64_t>({1}).set_requires_grad(),
               "only floating tensors have gradients, this is i64");
  EXPECT_FALSE(y.detach().requires_grad());
  EXPECT_FALSE((x > 0.0).requires_grad());
  EXPECT_FALSE(x.to(i32).requires_grad());
}

}  // namespace
}  // namespace lepton::test
