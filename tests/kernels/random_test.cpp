// Random numbers and dropout masks against the scalar Philox stream.
#include "kernels/random.hpp"

#include "check.hpp"
#include "lepton/core/philox.hpp"

namespace lepton::kernels {
namespace {

using test::kCpuStream;

// The counter carries into its upper word within the smallest tensors.
constexpr std::uint64_t kState[2] = {0x123456789abcdef0, 0xfffffff0};
constexpr RandomPlace kPlace{kState, 5};

std::uint32_t word_of(std::size_t i) {
  return philox(kState[0], kState[1] + kPlace.distance + i / 4).word[i % 4];
}
bool kept(std::size_t i, std::uint32_t keep_below) {
  return philox_half(philox(kState[0], kState[1] + kPlace.distance + i / 8), int(i % 8)) < keep_below;
}

template <class T> std::vector<T> draw(std::int64_t n, Distribution distribution, double a, double b) {
  return test::with_any_threads([&] {
    std::vector<T> y(std::size_t(n) + 1, T(77));
    cpu::random({y.data(), kPlace, n, a, b, distribution, dtype_of<T>}, kCpuStream);
    EXPECT_EQ(y.back(), T(77));
    y.pop_back();
    return y;
  });
}

template <class T> double uniform_of(std::uint32_t word) {
  return sizeof(T) == 4 ? double(word >> 8) * 0x1p-24 : (double(word) + 0.5) * 0x1p-32;
}

template <class T> class Random : public ::testing::Test {};
TYPED_TEST_SUITE(Random, test::Floats);

TYPED_TEST(Random, UniformFollowsTheStream) {
  using T = TypeParam;
  for (const std::int64_t n : {0, 1, 5, 63, 64, 200, 257, 300001}) {
    const auto y = draw<T>(n, Distribution::uniform, -1, 3), plain = draw<T>(n, Distribution::uniform, 0, 1);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double u = uniform_of<T>(word_of(i));
      EXPECT_EQ(double(plain[i]), u);
      EXPECT_EQ(y[i], T(4 * u - 1));
    }
  }
}

TYPED_TEST(Random, UniformStaysBelowItsEnd) {
  using T = TypeParam;
  for (const T e : draw<T>(100000, Distribution::uniform, 4096, 4097))
    ASSERT_TRUE(e >= T(4096) && e < T(4097));
  for (const T e : draw<T>(10, Distribution::uniform, 2, 2)) EXPECT_EQ(e, T(2));
}

TYPED_TEST(Random, NormalIsBoxMullerOfTheStream) {
  using T = TypeParam;
  for (const std::int64_t n : {1, 2, 3, 7, 64, 130, 100001}) {
    const auto y = draw<T>(n, Distribution::normal, 10, 2);
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t pair = i / 2 * 2;
      const double u = uniform_of<T>(word_of(pair)) + (sizeof(T) == 4 ? 0x1p-24 : 0);
      const double angle = 2 * std::acos(-1.0) * uniform_of<T>(word_of(pair + 1));
      const double z = std::sqrt(-2 * std::log(u)) * (i % 2 == 0 ? std::cos(angle) : std::sin(angle));
      test::expect_near(y[i], 10 + 2 * z, 8);
    }
  }
}

TYPED_TEST(Random, NormalHasItsMoments) {
  using T = TypeParam;
  double sum = 0, squares = 0, fourth = 0;
  const auto y = draw<T>(1 << 20, Distribution::normal, 0, 1);
  for (const T e : y) {
    sum += double(e);
    squares += double(e) * double(e);
    fourth += double(e * e) * double(e * e);
  }
  const double n = double(y.size());
  EXPECT_NEAR(sum / n, 0, 4e-3);
  EXPECT_NEAR(squares / n, 1, 6e-3);
  EXPECT_NEAR(fourth / n, 3, 5e-2);
}

TYPED_TEST(Random, DropoutFollowsTheStream) {
  using T = TypeParam;
  for (const std::int64_t n : {1, 5, 16, 127, 128, 129, 4096, 400003})
    for (const std::uint32_t keep_below : {0u, 1u, 32768u, 58982u, 65535u, 65536u}) {
      if (n > 5000 && keep_below != 32768u) continue;
      const auto x = test::normal_data<T>(n);
      const double scale = keep_below == 0 ? 0 : 65536.0 / keep_below;
      std::vector<std::uint8_t> mask;
      const auto y = test::with_any_threads([&] {
        mask.assign(std::size_t(dropout_mask_bytes(n)) + 1, 0xee);
        std::vector<T> r(x.size() + 1, T(77));
        cpu::dropout({x.data(), r.data(), mask.data(), kPlace, n, scale, keep_below, dtype_of<T>},
                     kCpuStream);
        EXPECT_EQ(r.back(), T(77));
        EXPECT_EQ(mask.back(), 0xee);
        return r;
      });
      std::vector<T> again(x.size());
      cpu::mask_scale({x.data(), mask.data(), again.data(), n, scale, dtype_of<T>}, kCpuStream);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const bool keep = kept(i, keep_below);
        ASSERT_EQ(mask[i / 8] >> i % 8 & 1, int(keep)) << i;
        ASSERT_EQ(y[i], keep ? x[i] * T(scale) : T(0)) << i;
        ASSERT_EQ(again[i], y[i]);
      }
      for (std::size_t i = x.size(); i < 8 * (mask.size() - 1); ++i)
        ASSERT_EQ(mask[i / 8] >> i % 8 & 1, int(kept(i, keep_below)));  // whole blocks
    }
}

TEST(Dropout, ANaNThatIsDroppedIsZero) {
  const std::vector<float> x(128, NAN);
  std::vector<float> y(128);
  std::uint8_t mask[16];
  cpu::dropout({x.data(), y.data(), mask, kPlace, 128, 2, 32768, f32}, kCpuStream);
  for (std::size_t i = 0; i < 128; ++i) EXPECT_EQ(y[i] == 0, !kept(i, 32768));
}

}  // namespace
}  // namespace lepton::kernels
