// The 16-bit types, all 65,536 values of each, and rounding against plain arithmetic.
#include "lepton/core/half.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace lepton::test {
namespace {

/// The value of bits with `mantissa` bits of fraction and `exponent` bits of exponent.
double value_of(std::uint32_t bits, int exponent, int mantissa) {
  const double sign = bits >> (exponent + mantissa) & 1 ? -1 : 1;
  const int e = int(bits >> mantissa & ((1u << exponent) - 1)), bias = (1 << (exponent - 1)) - 1;
  const double fraction = double(bits & ((1u << mantissa) - 1)) / double(1u << mantissa);
  if (e == (1 << exponent) - 1) return fraction == 0 ? sign * INFINITY : NAN;
  return sign * (e == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, e - bias));
}

template <class H> constexpr int kMantissa = std::is_same_v<H, F16> ? 10 : 7;
template <class H> H of_bits(std::uint32_t bits) {
  H h;
  h.bits = std::uint16_t(bits);
  return h;
}
template <class H> double exact(std::uint32_t bits) {
  return value_of(bits, 15 - kMantissa<H>, kMantissa<H>);
}

template <class H> class HalfTest : public ::testing::Test {};
using Halves = ::testing::Types<F16, Bf16>;
TYPED_TEST_SUITE(HalfTest, Halves);

TYPED_TEST(HalfTest, EveryValueThereAndBack) {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const float f = float(of_bits<TypeParam>(bits));
    const double right = exact<TypeParam>(bits);
    if (std::isnan(right)) {
      ASSERT_TRUE(std::isnan(f)) << bits;
      ASSERT_TRUE(std::isnan(float(TypeParam(f)))) << bits;
    } else {
      ASSERT_EQ(double(f), right) << bits;
      ASSERT_EQ(TypeParam(f).bits, bits);
    }
  }
}

// Between each two neighbours: just below the middle, the middle (to even), just above it.
TYPED_TEST(HalfTest, RoundsToNearestEven) {
  const std::uint32_t infinity = ((1u << (15 - kMantissa<TypeParam>)) - 1) << kMantissa<TypeParam>;
  for (const std::uint32_t sign : {0u, 0x8000u})
    for (std::uint32_t bits = 0; bits + 1 < infinity; ++bits) {
      const double low = exact<TypeParam>(sign | bits), high = exact<TypeParam>(sign | (bits + 1));
      const float middle = float((low + high) / 2);
      if (double(middle) != (low + high) / 2) continue;  // below f32's own smallest numbers
      const std::uint32_t even = bits % 2 == 0 ? bits : bits + 1;
      ASSERT_EQ(TypeParam(middle).bits, sign | even) << bits;
      ASSERT_EQ(TypeParam(std::nextafter(middle, float(low))).bits, sign | bits) << bits;
      ASSERT_EQ(TypeParam(std::nextafter(middle, float(high))).bits, sign | (bits + 1)) << bits;
    }
}

TYPED_TEST(HalfTest, OverflowAndSpecialValues) {
  const std::uint32_t infinity = ((1u << (15 - kMantissa<TypeParam>)) - 1) << kMantissa<TypeParam>;
  const double largest = exact<TypeParam>(infinity - 1);
  const double limit =
      largest + (largest - exact<TypeParam>(infinity - 2)) / 2;  // half a step further rounds up
  EXPECT_EQ(TypeParam(std::nextafter(float(limit), 0.0f)).bits, infinity - 1);
  if (limit < std::numeric_limits<float>::max()) {
    EXPECT_EQ(TypeParam(float(limit)).bits, infinity);
  }
  EXPECT_EQ(TypeParam(INFINITY).bits, infinity);
  EXPECT_EQ(TypeParam(-INFINITY).bits, infinity | 0x8000u);
  EXPECT_EQ(TypeParam(-0.0f).bits, 0x8000u);
  EXPECT_EQ(TypeParam(std::numeric_limits<float>::denorm_min()).bits, 0u);
}

TYPED_TEST(HalfTest, NearestOfRandomFloats) {
  std::mt19937 bits(5);
  for (int i = 0; i < 200'000; ++i) {
    const float f = std::bit_cast<float>(std::uint32_t(bits()));
    const TypeParam h(f);
    if (std::isnan(f)) {
      ASSERT_TRUE(std::isnan(float(h)));
      continue;
    }
    // No neighbour is nearer.
    const double error = std::fabs(double(float(h)) - f);
    for (const int step : {-1, 1}) {
      const double other = exact<TypeParam>(std::uint16_t(h.bits + step));
      if (!std::isfinite(other) || !std::isfinite(float(h))) continue;
      ASSERT_LE(error, std::fabs(other - f)) << f;
    }
  }
}

}  // namespace
}  // namespace lepton::test
