// Element types: sizes, names, and promotion against PyTorch's table.
#include "lepton/core/dtype.hpp"

#include <gtest/gtest.h>

#include <string>

namespace lepton::test {
namespace {

constexpr DType kAll[] = {f32, f64, f16, bf16, i8, u8, i32, i64, boolean};

TEST(DTypes, SizesKindsAndNames) {
  std::string names;
  for (const DType t : kAll) names += std::string(name_of(t)) + std::to_string(size_of(t)) + " ";
  EXPECT_EQ(names, "f324 f648 f162 bf162 i81 u81 i324 i648 boolean1 ");
  for (const DType t : kAll) {
    EXPECT_EQ(is_floating(t), t == f32 || t == f64 || t == f16 || t == bf16);
    EXPECT_EQ(is_integral(t), t == i8 || t == u8 || t == i32 || t == i64);
  }
}

// torch.promote_types of PyTorch 2.15, rows and columns as in kAll. Where it says int16, which lepton has not
// (i8 with u8), the next wider.
constexpr DType kPromoted[9][9] = {
    {f32, f64, f32, f32, f32, f32, f32, f32, f32},        // f32
    {f64, f64, f64, f64, f64, f64, f64, f64, f64},        // f64
    {f32, f64, f16, f32, f16, f16, f16, f16, f16},        // f16
    {f32, f64, f32, bf16, bf16, bf16, bf16, bf16, bf16},  // bf16
    {f32, f64, f16, bf16, i8, i32, i32, i64, i8},         // i8
    {f32, f64, f16, bf16, i32, u8, i32, i64, u8},         // u8
    {f32, f64, f16, bf16, i32, i32, i32, i64, i32},       // i32
    {f32, f64, f16, bf16, i64, i64, i64, i64, i64},       // i64
    {f32, f64, f16, bf16, i8, u8, i32, i64, boolean},     // boolean
};

TEST(DTypes, PromoteAsPyTorch) {
  for (int a = 0; a < 9; ++a)
    for (int b = 0; b < 9; ++b)
      EXPECT_EQ(promote(kAll[a], kAll[b]), kPromoted[a][b])
          << name_of(kAll[a]) << " with " << name_of(kAll[b]);
}

}  // namespace
}  // namespace lepton::test
