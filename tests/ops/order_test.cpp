// Order where numbers alone do not decide it: NaN, equal elements, large integers, long rows.
#include <algorithm>
#include <cmath>
#include <limits>

#include "lepton/autograd/backward.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/scan.hpp"
#include "lepton/ops/sort.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Values = std::vector<double>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Order, NanIsLargerThanAllNumbers) {
  const Tensor x = tensor<double>({kNan, 1, INFINITY, kNan, -1});
  EXPECT_EQ(values(argsort(x)), (Values{4, 1, 2, 0, 3}));
  EXPECT_EQ(values(argsort(x, -1, Order::descending)), (Values{0, 3, 2, 1, 4}));
  EXPECT_EQ(values(topk(x, 3).indices), (Values{0, 3, 2}));
  EXPECT_EQ(values(max_at(x, 0).indices), (Values{0}));
  EXPECT_EQ(values(min_at(x, 0).indices), (Values{0}));
}

TEST(Order, EqualElementsKeepTheirs) {
  const Tensor x = tensor<float>({2, 1, 2, 1, 2});
  EXPECT_EQ(values(argsort(x)), (Values{1, 3, 0, 2, 4}));
  EXPECT_EQ(values(argsort(x, -1, Order::descending)), (Values{0, 2, 4, 1, 3}));
  EXPECT_EQ(values(topk(x, 2).indices), (Values{0, 2}));
}

TEST(Order, IntegersAreNotRounded) {
  const std::int64_t big = (std::int64_t(1) << 60) + 1;
  const Tensor x = tensor<std::int64_t>({big, big - 1, big + 1});
  EXPECT_EQ(values(argsort(x)), (Values{1, 0, 2}));
  EXPECT_EQ((cumsum(x) - 3 * x.select(0, 0)).to_vector<std::int64_t>()[2], 0);
}

TEST(Order, LongRowsAndInversePermutations) {
  const Tensor x = randn({100000}), order = argsort(x);
  const std::vector<float> sorted = gather(x, 0, order).to_vector<float>();
  EXPECT_TRUE(std::is_sorted(sorted.begin(), sorted.end()));
  EXPECT_TRUE(same_bits(scatter(zeros({100000}), 0, order, gather(x, 0, order)), x));
}

// PyTorch 2.15: cumprod of 2, 0, 3, 0, 5, and its sum's gradient.
TEST(Order, ProductsOfZerosHaveTheirGradients) {
  Tensor x = tensor<double>({2, 0, 3, 0, 5});
  x.set_requires_grad();
  EXPECT_EQ(values(grad(sum(cumprod(x)), {x})[0]), (Values{1, 8, 0, 0, 0}));
  EXPECT_EQ(values(grad(prod(x), {x})[0]), (Values{0, 0, 0, 0, 0}));
  Tensor one = tensor<double>({2, 0, 3});
  one.set_requires_grad();
  EXPECT_EQ(values(grad(prod(one), {one})[0]), (Values{0, 6, 0}));
}

}  // namespace
}  // namespace lepton::test
