// Views: they share elements, step through them by strides, and are copied only where they must.
#include "lepton/autograd/backward.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Values = std::vector<double>;

Tensor counted(const Shape& shape) {
  return arange(0, double(shape.numel()), 1, {.dtype = f64}).reshape(shape);
}
bool shares(const Tensor& a, const Tensor& b) { return a.impl().storage == b.impl().storage; }

TEST(View, SharesElements) {
  const Tensor x = counted({3, 4});
  for (const Tensor& v : {x.reshape({4, 3}), x.transpose(), x.permute({1, 0}), x.slice(0, 1), x.select(1, 2),
                          x[0], x.unsqueeze(0), x.flatten(), x.expand({2, 3, 4}), x.detach()})
    EXPECT_TRUE(shares(v, x)) << to_string(v.shape());
  x[1].fill_(-1);
  EXPECT_EQ(values(x.transpose()[0]), (Values{0, -1, 8}));
}

TEST(View, Strides) {
  const Tensor x = counted({2, 3, 4});
  EXPECT_EQ(x.transpose(0, 2).strides(), (Strides{1, 4, 12}));
  EXPECT_EQ(x.slice(2, 0, 4, 3).strides(), (Strides{12, 4, 3}));
  EXPECT_EQ(x.select(1, 1).strides(), (Strides{12, 1}));
  EXPECT_EQ(x.unsqueeze(1).shape(), (Shape{2, 1, 3, 4}));
  EXPECT_EQ(x.slice(1, 1, 2).squeeze(1).shape(), (Shape{2, 4}));
  EXPECT_EQ(x[0][0].expand({5, 4}).strides(), (Strides{0, 1}));
  EXPECT_FALSE(x.transpose().is_contiguous());
  EXPECT_TRUE(x[1].is_contiguous());
  EXPECT_TRUE(x.slice(0, 1).is_contiguous());
  EXPECT_FALSE(x.slice(1, 1).is_contiguous());
}

TEST(View, ReshapeOfViews) {
  const Tensor x = counted({2, 3, 4});
  const Tensor rows = x.slice(0, 1);  // contiguous, in the middle
  EXPECT_TRUE(shares(rows.reshape({12}), x));
  EXPECT_EQ(rows.reshape({12})[0].item(), 12);
  const Tensor columns = x.slice(2, 0, 2);          // [2, 3, 2] with gaps
  EXPECT_TRUE(shares(columns.reshape({6, 2}), x));  // the first two axes are evenly spaced
  EXPECT_EQ(values(columns.reshape({6, 2})), (Values{0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21}));
  EXPECT_FALSE(shares(columns.reshape({2, 6}), x));  // these are not
  EXPECT_EQ(values(columns.reshape({2, 6})), (Values{0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21}));
  EXPECT_FALSE(shares(x.transpose().reshape({24}), x));
  EXPECT_EQ(values(x.transpose(0, 1).reshape({3, 8})[0]), (Values{0, 1, 2, 3, 12, 13, 14, 15}));
  EXPECT_EQ(values(tensor<double>({5}).expand({4, 1}).reshape({2, 2})), (Values{5, 5, 5, 5}));
}

// Every shape of 24 elements from every permutation and slicing of another.
TEST(View, ReshapeKeepsTheOrder) {
  const Tensor base = counted({3, 2, 5, 4});
  const std::vector<Tensor> views{
      base.slice(2, 1, 3).slice(3, 1, 3), base.permute({3, 1, 0, 2}).slice(3, 0, 1),
      base.transpose(0, 1).slice(2, 0, 4, 4).slice(3, 0, 1).expand({2, 3, 1, 4}),
      base.slice(0, 0, 3, 2).select(2, 3).unsqueeze(1).expand({2, 1, 2, 4}).expand({2, 1, 2, 4})};
  for (const Tensor& v : views) {
    const std::int64_t n = v.numel();
    const Values right = values(v);
    for (const Shape& shape :
         {Shape{n}, Shape{2, n / 2}, Shape{n / 2, 2}, Shape{n / 4, 1, 4}, Shape{1, 2, n / 4, 2, 1}})
      EXPECT_EQ(values(v.reshape(shape)), right)
          << to_string(v.shape()) << " " << to_string(v.strides()) << " to " << to_string(shape);
  }
}

TEST(View, SliceBounds) {
  const Tensor x = counted({5});
  EXPECT_EQ(values(x.slice(0, -2)), (Values{3, 4}));
  EXPECT_EQ(values(x.slice(0, -100, 2)), (Values{0, 1}));
  EXPECT_EQ(values(x.slice(0, 3, 100)), (Values{3, 4}));
  EXPECT_EQ(values(x.slice(0, 0, 5, 2)), (Values{0, 2, 4}));
  EXPECT_EQ(values(x.slice(0, 1, 5, 3)), (Values{1, 4}));
  EXPECT_EQ(values(x.slice(0, 0, 5, 100)), (Values{0}));
  EXPECT_EQ(x.slice(0, 4, 2).shape(), (Shape{0}));
  EXPECT_EQ(x.slice(0, 7).shape(), (Shape{0}));
  EXPECT_EQ(values(x.slice(0, 0, INT64_MAX, INT64_MAX)), (Values{0}));
}

TEST(View, OfViewsOfViews) {
  const Tensor x = counted({4, 5, 6});
  const Tensor v =
      x.slice(0, 1).transpose(0, 2).select(1, -1).slice(0, 1, 6, 2);  // v[i][j] = x[1 + j][4][1 + 2 i]
  EXPECT_EQ(v.shape(), (Shape{3, 3}));
  EXPECT_EQ(v[2][1].item(), 2 * 30 + 4 * 6 + 5);
  EXPECT_EQ(sum(v).item(), sum(v.contiguous()).item());
}

TEST(View, OfScalars) {
  const Tensor x = full({}, 3, {.dtype = f64});
  EXPECT_EQ(x.unsqueeze(0).shape(), (Shape{1}));
  EXPECT_EQ(x.flatten().shape(), (Shape{1}));
  EXPECT_EQ(x.expand({2, 2}).shape(), (Shape{2, 2}));
  EXPECT_EQ(x.permute({}).item(), 3);
  EXPECT_ERROR(x[0], "[select] ");
  EXPECT_ERROR(x.squeeze(0), "[squeeze] ");
  EXPECT_ERROR(x.slice(0, 0), "[slice] ");
}

TEST(View, RankHasALimit) {
  const Tensor x = zeros({1, 1, 1, 1, 1, 1, 1, 1});
  EXPECT_ERROR(x.unsqueeze(0), "at most 8 axes");
  EXPECT_EQ((x + x).rank(), 8);
}

TEST(View, GradientOfOverlappingViews) {
  const Tensor x = leaf({1, 2, 3, 4});
  sum(x.slice(0, 0, 3) * x.slice(0, 1)).backward();  // 1*2 + 2*3 + 3*4
  EXPECT_EQ(values(x.grad()), (Values{2, 4, 6, 3}));
}

TEST(View, GradientsOfViewsAreTheirsToKeep) {
  const Tensor x = leaf({1, 2, 3, 4}, {2, 2});
  sum(x.transpose() * tensor<double>({{1, 2}, {3, 4}})).backward();
  EXPECT_EQ(values(x.grad()), (Values{1, 3, 2, 4}));
  x.grad().fill_(0);
  sum(x).backward();
  EXPECT_EQ(values(x.grad()), (Values{1, 1, 1, 1}));
}

}  // namespace
}  // namespace lepton::test
