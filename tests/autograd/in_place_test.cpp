// Writing in place beside the tape: versions, views, leaves.
#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/conv.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Values = std::vector<double>;

TEST(InPlace, LeafIsRefusedOnTheTape) {
  const Tensor x = leaf({1, 2});
  EXPECT_ERROR(x.add_(x), "[add_] would overwrite a tensor that the tape needs");
  EXPECT_ERROR(x.mul_(2), "[mul_] would overwrite");
  EXPECT_ERROR(x.zero_(), "would overwrite");
  EXPECT_ERROR((x * x).fill_(1), "[fill_] would overwrite");
  EXPECT_EQ(values(x), (Values{1, 2}));
  const NoGrad off;
  x.add_(tensor<double>({1, 1}), 3);
  EXPECT_EQ(values(x), (Values{4, 5}));
  EXPECT_TRUE(x.requires_grad());
}

TEST(InPlace, ChangedInputIsNoticed) {
  const Tensor x = leaf({1, 2}), w = tensor<double>({3, 4});
  const Tensor y = sum(x * w);
  w.fill_(0);
  EXPECT_ERROR(y.backward(), "[mul] input 1 [2] was changed in place after it was used");
}

TEST(InPlace, ChangeThroughAViewIsNoticed) {
  const Tensor x = leaf({1, 2}), w = tensor<double>({3, 4});
  const Tensor y = sum(x * w);
  w.slice(0, 0, 1).fill_(0);
  EXPECT_ERROR(y.backward(), "[mul] input 1 [2] was changed in place");
}

TEST(InPlace, ChangedOutputIsNoticed) {
  const Tensor x = leaf({1, 2});
  const Tensor h = exp(x), y = sum(h);
  {
    const NoGrad off;
    h.detach().zero_();
  }
  EXPECT_ERROR(y.backward(), "[exp] output 0 [2] was changed in place");
}

TEST(InPlace, ParameterStepBeforeBackwardIsNoticed) {
  Tensor weight = leaf({1, 2, 3, 4}, {2, 2});
  const Tensor x = leaf({1, 2, 3, 4}, {2, 2});
  const Tensor y = sum(matmul(x, weight));
  {
    const NoGrad off;
    weight.mul_(0.5);
  }
  EXPECT_ERROR(y.backward(), "[matmul] input 1 [2, 2] was changed in place");
}

// What a gradient does not need may change: a sum keeps nothing.
TEST(InPlace, UnneededValuesMayChange) {
  const Tensor x = leaf({1, 2}), b = tensor<double>({3, 4});
  const Tensor y = sum(x + b);
  b.fill_(0);
  y.backward();
  EXPECT_EQ(values(x.grad()), (Values{1, 1}));
}

TEST(InPlace, NotOnStretchedViews) {
  const Tensor row = tensor<double>({1, 2});
  const Tensor stretched = row.expand({3, 2});
  EXPECT_ERROR(stretched.add_(ones({3, 2}, {.dtype = f64})), "[add_] ");
  EXPECT_ERROR(stretched.copy_(ones({3, 2}, {.dtype = f64})), "[copy_] ");
  EXPECT_EQ(values(row), (Values{1, 2}));
}

TEST(InPlace, ThroughViewsAndOverlaps) {
  const Tensor x = tensor<double>({{1, 2}, {3, 4}});
  x.transpose().add_(tensor<double>({{10, 20}, {30, 40}}));
  EXPECT_EQ(values(x), (Values{11, 32, 23, 44}));
  x.slice(1, 1).fill_(0);
  EXPECT_EQ(values(x), (Values{11, 0, 23, 0}));
  x.add_(x);
  EXPECT_EQ(values(x), (Values{22, 0, 46, 0}));
  const Tensor y = tensor<double>({{1, 2}, {3, 4}});
  y.add_(y.transpose());
  EXPECT_EQ(values(y), (Values{2, 5, 5, 8}));
}

TEST(InPlace, ConvertsTheOperand) {
  const Tensor x = tensor<float>({1, 2});
  x.add_(tensor<std::int64_t>({3, 4}));
  x.add_(tensor<double>({0.5, 0.25}));
  EXPECT_EQ(x.dtype(), f32);
  EXPECT_EQ(values(x), (Values{4.5, 6.25}));
}

TEST(InPlace, AssignmentOperatorsAreSafe) {
  const Tensor x = leaf({1, 2});
  Tensor y = x * 1.0;
  const Tensor before = y;
  const Tensor h = exp(y);
  y += x;
  y *= 2;
  sum(y + h).backward();
  EXPECT_EQ(values(before), (Values{1, 2}));
  EXPECT_TRUE(close(values(x.grad()), {4 + std::exp(1.0), 4 + std::exp(2.0)}, 1e-12));
}

}  // namespace
}  // namespace lepton::test
