// Tensors as values: making them, reading them, sharing elements, moving between types.
#include "lepton/tensor/tensor.hpp"

#include <cmath>
#include <limits>

#include "lepton/core/half.hpp"
#include "lepton/core/memory.hpp"
#include "lepton/ops/binary.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Values = std::vector<double>;

TEST(TensorTest, Undefined) {
  const Tensor none;
  EXPECT_FALSE(none.defined());
  EXPECT_FALSE(none);
  for (const auto& use :
       {+[](const Tensor& t) { (void)t.shape(); }, +[](const Tensor& t) { (void)t.item(); },
        +[](const Tensor& t) { (void)t.clone(); }, +[](const Tensor& t) { (void)t.to(f64); },
        +[](const Tensor& t) { (void)(t + t); }, +[](const Tensor& t) { t.backward(); },
        +[](const Tensor& t) { t.reshape({1}); }, +[](const Tensor& t) { t.fill_(1); }})
    EXPECT_ERROR(use(none), "[tensor] is undefined");
}

TEST(TensorTest, CopiesShareAndClonesDoNot) {
  const Tensor a = tensor<float>({1, 2, 3});
  const Tensor same = a, own = a.clone();
  a.fill_(7);
  EXPECT_EQ(values(same), (Values{7, 7, 7}));
  EXPECT_EQ(values(own), (Values{1, 2, 3}));
}

TEST(TensorTest, Factories) {
  EXPECT_EQ(values(zeros({2, 2})), (Values{0, 0, 0, 0}));
  EXPECT_EQ(values(ones({2}, {.dtype = i8})), (Values{1, 1}));
  EXPECT_EQ(values(full({2}, 2.5, {.dtype = bf16})), (Values{2.5, 2.5}));
  EXPECT_EQ(full({}, -3, {.dtype = i64}).item(), -3);
  EXPECT_EQ(full({}, 200, {.dtype = u8}).item(), 200);
  EXPECT_EQ(full({}, 0.5, {.dtype = boolean}).item(), 1);
  EXPECT_EQ(values(arange(1, 2, 0.25, {.dtype = f64})), (Values{1, 1.25, 1.5, 1.75}));
  EXPECT_EQ(values(arange(5, 0, -2, {.dtype = i32})), (Values{5, 3, 1}));
  EXPECT_EQ(arange(3, 3).numel(), 0);
  EXPECT_EQ(arange(3, 1).numel(), 0);
  EXPECT_ERROR(arange(0, 1, 0), "[arange] needs finite bounds and a step that is not 0");
  EXPECT_ERROR(arange(0, INFINITY), "[arange]");
  EXPECT_EQ(values(eye(2)), (Values{1, 0, 0, 1}));
  EXPECT_EQ(eye(0).numel(), 0);
  const Tensor x = zeros({2, 3}, {.dtype = f16});
  EXPECT_EQ(zeros_like(x).dtype(), f16);
  EXPECT_EQ(ones_like(x).shape(), x.shape());
  EXPECT_EQ(empty({2, 0}).numel(), 0);
  EXPECT_EQ(empty({}).numel(), 1);
}

TEST(TensorTest, FromValues) {
  EXPECT_EQ(tensor<std::int64_t>({3, 4}).dtype(), i64);
  const Tensor m = tensor<float>({{1, 2, 3}, {4, 5, 6}});
  EXPECT_EQ(m.shape(), (Shape{2, 3}));
  EXPECT_EQ(values(m), (Values{1, 2, 3, 4, 5, 6}));
  EXPECT_ERROR(tensor(std::vector<float>{1, 2, 3}, {2, 2}), "[tensor] 3 values do not fill [2, 2]");
  EXPECT_ERROR((tensor<float>({{1, 2}, {3}})), "[tensor]");
  EXPECT_EQ(tensor(std::vector<float>{}, {0, 3}).numel(), 0);
}

TEST(TensorTest, Item) {
  for (const DType t : {f32, f64, f16, bf16, i8, u8, i32, i64})
    EXPECT_EQ(full({1, 1}, 3, {.dtype = t}).item(), 3) << name_of(t);
  EXPECT_EQ(full({}, -0.5, {.dtype = f16}).item(), -0.5);
  EXPECT_EQ(tensor<float>({1, 2, 3})[1].item(), 2);
  EXPECT_ERROR(zeros({2}).item(), "[item] needs one element, got [2]");
  EXPECT_ERROR(zeros({0}).item(), "[item] needs one element, got [0]");
}

TEST(TensorTest, DataNeedsTheTypeAndOrder) {
  const Tensor x = tensor<float>({{1, 2}, {3, 4}});
  EXPECT_EQ(x.data<float>()[3], 4);
  EXPECT_EQ(x[1].data<float>()[0], 3);
  EXPECT_EQ(x.span<float>().size(), 4u);
  EXPECT_ERROR(x.data<double>(), "[data] asked for f64 elements of a tensor of f32");
  EXPECT_ERROR(x.transpose().data<float>(), "[data] the tensor [2, 2] is not contiguous; use contiguous()");
  EXPECT_EQ(x.transpose().to_vector<int>(), (std::vector<int>{1, 3, 2, 4}));
}

TEST(TensorTest, SizesCountFromTheEnd) {
  const Tensor x = zeros({2, 3});
  EXPECT_EQ(x.size(-1), 3);
  EXPECT_EQ(x.size(0), 2);
  EXPECT_ERROR(x.size(2), "[size] axis 2 is out of range for a tensor with 2 axes");
  EXPECT_ERROR(zeros({}).size(0), "[size] ");
}

TEST(Cast, FromAndToEveryType) {
  for (const DType from : {f32, f64, f16, bf16, i8, u8, i32, i64, boolean})
    for (const DType to : {f32, f64, f16, bf16, i8, u8, i32, i64, boolean}) {
      const Tensor x = tensor<double>({0, 1, 3, 100}).to(from);
      const Values right = from == boolean || to == boolean ? Values{0, 1, 1, 1} : Values{0, 1, 3, 100};
      EXPECT_EQ(values(x.to(to)), right) << name_of(from) << " to " << name_of(to);
    }
}

TEST(Cast, Truncates) {
  EXPECT_EQ(values(tensor<float>({-1.9f, -0.5f, 0.5f, 1.9f}).to(i32)), (Values{-1, 0, 0, 1}));
  EXPECT_EQ(values(tensor<double>({0, -0.0, 0.1, NAN}).to(boolean)), (Values{0, 0, 1, 1}));
  EXPECT_EQ(values(tensor<std::int64_t>({(std::int64_t(1) << 53) - 1}).to(f64)), (Values{9007199254740991}));
  EXPECT_EQ(values(tensor<float>({65504, 65519, 65520}).to(f16)), (Values{65504, 65504, INFINITY}));
}

TEST(Cast, SameTypeIsTheSameTensor) {
  const Tensor x = zeros({2});
  EXPECT_TRUE(x.to(f32).ref() == x.ref());
  EXPECT_TRUE(x.contiguous().ref() == x.ref());
  EXPECT_TRUE(x.to(kCpu).ref() == x.ref());
}

TEST(FromBlob, SharesAndReleases) {
  std::vector<float> memory{1, 2, 3, 4};
  int released = 0;
  {
    Tensor view;
    {
      const Tensor x = from_blob(memory.data(), {2, 2}, [&] { ++released; });
      memory[3] = 40;
      EXPECT_EQ(values(x), (Values{1, 2, 3, 40}));
      x.mul_(2);
      view = x[1];
    }
    EXPECT_EQ(released, 0) << "a view is alive";
    EXPECT_EQ(values(view), (Values{6, 80}));
  }
  EXPECT_EQ(released, 1);
  EXPECT_EQ(memory[0], 2);
}

TEST(FromBlob, WithoutReleaseAndOtherTypes) {
  std::int64_t ids[] = {3, 1, 2};
  EXPECT_EQ(values(from_blob(ids, {3})), (Values{3, 1, 2}));
  bool flags[] = {true, false};
  EXPECT_EQ(from_blob(flags, {2}).dtype(), boolean);
  alignas(8) char bytes[32] = {};
  EXPECT_ERROR(from_blob(reinterpret_cast<float*>(bytes + 1), {2}),
               "[from_blob] memory is not aligned for f32");
}

TEST(FromBlob, DoesNotCountAsOurs) {
  std::vector<float> memory(100'000);
  const auto before = memory_stats().in_use;
  const Tensor x = from_blob(memory.data(), {100'000});
  EXPECT_LT(memory_stats().in_use, before + 4096);
}

}  // namespace
}  // namespace lepton::test
