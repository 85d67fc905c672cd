// Types of results: two tensors, a tensor and a scalar tensor, a tensor and a number, as PyTorch gives them.
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using Values = std::vector<double>;
Tensor some(DType dtype) { return tensor<double>({0, 1, 1}).to(dtype); }
Tensor scalar(DType dtype) { return full({}, 1, {.dtype = dtype}); }

TEST(Promotion, OfTwoTensors) {
  for (const DType a : {f32, f64, u8, i32, i64, boolean})
    for (const DType b : {f32, f64, u8, i32, i64, boolean}) {
      const DType common = promote(a, b);
      EXPECT_EQ(where(some(boolean), some(a), some(b)).dtype(), common) << name_of(a) << " " << name_of(b);
      EXPECT_EQ(cat({some(a), some(b)}).dtype(), common);
      EXPECT_EQ((some(a) == some(b)).dtype(), boolean);
      if (a == boolean && b == boolean) continue;
      EXPECT_EQ((some(a) + some(b)).dtype(), common) << name_of(a) << " " << name_of(b);
      EXPECT_EQ((some(a) / (some(b) + some(b) + 1)).dtype(), is_floating(common) ? common : f32);
    }
}

// A scalar tensor decides only by its kind: boolean, integral, floating.
TEST(Promotion, ScalarTensorsYield) {
  EXPECT_EQ((some(f32) + scalar(f64)).dtype(), f32);
  EXPECT_EQ((scalar(f64) * some(f32)).dtype(), f32);
  EXPECT_EQ((some(i32) + scalar(i64)).dtype(), i32);
  EXPECT_EQ((some(u8) + scalar(i64)).dtype(), u8);
  EXPECT_EQ((some(i64) + scalar(f32)).dtype(), f32);
  EXPECT_EQ((some(boolean) + scalar(i32)).dtype(), i32);
  EXPECT_EQ((scalar(f32) + scalar(f64)).dtype(), f64);
  EXPECT_EQ((some(f32) + scalar(i64)).dtype(), f32);
  EXPECT_EQ((some(i32) + scalar(boolean)).dtype(), i32);
}

// true stays true where a boolean tensor meets the number 5, but 5 does not become true.
TEST(Promotion, BooleanTensorsWithIntegers) {
  const Tensor flags = some(boolean), five = full({}, 5, {.dtype = i32});
  EXPECT_EQ(values(flags + five), (Values{5, 6, 6}));
  EXPECT_EQ(values(where(flags, five, flags)), (Values{0, 5, 5}));
  EXPECT_EQ(values(flags == 1), (Values{0, 1, 1}));
  EXPECT_EQ(values(flags == 2), (Values{0, 0, 0}));
  EXPECT_EQ(values(flags < 2), (Values{1, 1, 1}));
  EXPECT_EQ(values(flags == 256), (Values{0, 0, 0}));
  EXPECT_EQ(values(flags + flags), (Values{0, 2, 2}));
}

TEST(Promotion, NumbersBesideTensors) {
  EXPECT_EQ((some(i32) + 2).dtype(), i32);
  EXPECT_EQ((some(i32) * 2.5).dtype(), f32);
  EXPECT_EQ(values(some(i32) * 2.5), (Values{0, 2.5, 2.5}));
  EXPECT_EQ((some(i64) / 2).dtype(), f32);
  EXPECT_EQ((1 - some(u8)).dtype(), u8);
  EXPECT_EQ((some(f64) + 0.1).dtype(), f64);
  EXPECT_EQ(values(some(f64) + 0.1)[0], 0.1);
  EXPECT_EQ((some(boolean) * 3).dtype(), i64);
  EXPECT_EQ((-some(i32)).dtype(), i32);
}

// Beside an i32 a number that no i32 holds is not wrapped.
TEST(Promotion, NumbersThatDoNotFitTheType) {
  EXPECT_EQ(values(tensor<std::int32_t>({7}) < 1e12), (Values{1}));
  EXPECT_EQ(values(tensor<std::int32_t>({7}) > -1e12), (Values{1}));
}

TEST(Promotion, OfReductionsAndFunctions) {
  EXPECT_EQ(sum(some(u8)).dtype(), i64);
  EXPECT_EQ(sum(some(boolean)).item(), 2);
  EXPECT_EQ(sum(some(f64)).dtype(), f64);
  EXPECT_EQ(max(some(f32)).dtype(), f32);
  EXPECT_EQ(argmax(some(f32)).dtype(), i64);
  EXPECT_EQ(exp(some(i64)).dtype(), f32);
  EXPECT_EQ(exp(some(boolean)).dtype(), f32);
  EXPECT_ERROR(mean(some(i32)), "[mean] computes with f32 and f64, not i32");
}

TEST(Promotion, NarrowTypesStay) {
  EXPECT_EQ((some(f16) + some(f16)).dtype(), f16);
  EXPECT_EQ((some(bf16) * 2.5).dtype(), bf16);
  EXPECT_EQ(exp(some(f16)).dtype(), f16);
  EXPECT_EQ(sum(some(bf16)).dtype(), bf16);
  EXPECT_EQ((some(i8) + some(i8)).dtype(), i8);
  EXPECT_EQ((some(f16) + some(f32)).dtype(), f32);
}

// Rounded once, after the sum: every ninth added to a bf16 running total of 256 would be lost.
TEST(Promotion, HalvesAreComputedWide) {
  EXPECT_EQ(sum(ones({1000}, {.dtype = bf16})).item(), 1000);
  EXPECT_EQ(mean(full({1000}, 0.5, {.dtype = f16})).item(), 0.5);
  EXPECT_EQ((full({1}, 100, {.dtype = i8}) + full({1}, 100, {.dtype = i8})).item(), -56);
}

}  // namespace
}  // namespace lepton::test
