// Max pooling against plain loops.
#include "kernels/pool.hpp"

#include <limits>

#include "check.hpp"
#include "kernels/pointwise.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::kernels {
namespace {

using test::kCpuStream;

PoolShape shape(std::int64_t n, std::int64_t c, std::int64_t ih, std::int64_t iw, std::int64_t kh,
                std::int64_t kw, std::int64_t stride_h, std::int64_t stride_w, std::int64_t pad_h = 0,
                std::int64_t pad_w = 0) {
  const std::int64_t oh = (ih + 2 * pad_h - kh) / stride_h + 1, ow = (iw + 2 * pad_w - kw) / stride_w + 1;
  return {n, c, ih, iw, oh, ow, kh, kw, stride_h, stride_w, pad_h, pad_w, f32, false};
}

/// Windows whose elements lie apart, and that may reach over the far edges.
PoolShape reaching(PoolShape s, std::int64_t oh, std::int64_t ow, std::int64_t dilation_h,
                   std::int64_t dilation_w) {
  s.oh = oh, s.ow = ow, s.dilation_h = dilation_h, s.dilation_w = dilation_w;
  return s;
}

// 2 by 2 with even and odd sizes; windows that overlap, leave gaps, reach into padding; channels around a
// vector.
const PoolShape kShapes[] = {shape(2, 32, 8, 6, 2, 2, 2, 2),
                             shape(1, 1, 7, 5, 2, 2, 2, 2),
                             shape(2, 17, 9, 4, 2, 2, 2, 2),
                             shape(2, 16, 9, 9, 3, 3, 2, 2, 1, 1),
                             shape(1, 5, 6, 7, 3, 2, 1, 1),
                             shape(1, 20, 10, 9, 2, 1, 3, 4),
                             shape(2, 8, 5, 5, 5, 5, 1, 1, 2, 2),
                             shape(1, 3, 16, 16, 16, 16, 16, 16),
                             shape(1, 9, 4, 4, 2, 2, 2, 2, 1, 1),
                             shape(0, 4, 4, 4, 2, 2, 2, 2),
                             shape(2, 0, 4, 4, 2, 2, 2, 2),
                             shape(1, 40, 3, 3, 3, 3, 3, 3),
                             shape(24, 64, 32, 32, 2, 2, 2, 2),
                             shape(9, 64, 33, 31, 3, 3, 2, 2, 1, 1),
                             reaching(shape(2, 17, 7, 5, 2, 2, 2, 2), 4, 3, 1, 1),
                             reaching(shape(2, 5, 9, 8, 3, 2, 2, 1), 3, 5, 2, 3),
                             reaching(shape(3, 20, 6, 7, 3, 3, 2, 2, 1, 1), 3, 2, 2, 3)};

std::size_t output_size(const PoolShape& s) { return std::size_t(s.n * s.oh * s.ow * s.c); }
std::size_t input_size(const PoolShape& s) { return std::size_t(s.n * s.ih * s.iw * s.c); }

/// Index in x of a place in the window of output element `at`, or -1 in the padding.
std::int64_t source(const PoolShape& s, std::int64_t at, std::int64_t place) {
  const std::int64_t c = at % s.c, ow = at / s.c % s.ow, oh = at / s.c / s.ow % s.oh,
                     n = at / s.c / s.ow / s.oh;
  const std::int64_t h = oh * s.stride_h - s.pad_h + place / s.kw * s.dilation_h,
                     w = ow * s.stride_w - s.pad_w + place % s.kw * s.dilation_w;
  if (h < 0 || h >= s.ih || w < 0 || w >= s.iw) return -1;
  return ((n * s.ih + h) * s.iw + w) * s.c + c;
}

/// The place where the largest stands.
template <class T> std::int64_t best_place(const PoolShape& s, const std::vector<T>& x, std::int64_t at) {
  std::int64_t best = -1;
  for (std::int64_t place = 0; place < s.kh * s.kw; ++place) {
    const std::int64_t from = source(s, at, place);
    if (from < 0) continue;
    const T v = x[std::size_t(from)], top = best < 0 ? T(0) : x[std::size_t(source(s, at, best))];
    if (best < 0 || (!std::isnan(top) && (std::isnan(v) || v > top))) best = place;
  }
  return best;
}

template <class T> class MaxPool : public ::testing::Test {};
TYPED_TEST_SUITE(MaxPool, test::Floats);

TYPED_TEST(MaxPool, FindsTheFirstOfTheLargest) {
  using T = TypeParam;
  for (PoolShape s : kShapes) {
    s.dtype = dtype_of<T>;
    auto x = test::normal_data<T>(std::int64_t(input_size(s)));
    for (T& e : x) e = T(std::round(2 * e));  // with ties
    if (x.size() > 60) x[7] = x[40] = x[41] = std::numeric_limits<T>::quiet_NaN();
    if (x.size() > 60) x[0] = x[1] = x[2] = -std::numeric_limits<T>::infinity();
    std::vector<std::uint8_t> where;
    const auto y = test::with_any_threads([&] {
      where.assign(output_size(s) + 1, 0xee);
      std::vector<T> r(output_size(s) + 1, T(77));
      cpu::max_pool2d({x.data(), r.data(), where.data(), s}, kCpuStream);
      EXPECT_EQ(r.back(), T(77));
      EXPECT_EQ(where.back(), 0xee);
      return r;
    });
    std::vector<T> picked(output_size(s));
    cpu::max_pool2d_pick({x.data(), where.data(), picked.data(), s}, kCpuStream);
    for (std::size_t i = 0; i < picked.size(); ++i) {
      const std::int64_t place = best_place(s, x, std::int64_t(i));
      ASSERT_EQ(where[i], place) << i;
      test::expect_near(y[i], double(x[std::size_t(source(s, std::int64_t(i), place))]), 0);
      test::expect_near(picked[i], double(y[i]), 0);
    }
  }
}

TYPED_TEST(MaxPool, GradientGoesWhereTheLargestStood) {
  using T = TypeParam;
  for (PoolShape s : kShapes) {
    s.dtype = dtype_of<T>;
    const auto g = test::normal_data<T>(std::int64_t(output_size(s)));
    const auto x = test::normal_data<T>(std::int64_t(input_size(s)), 0, 1, 2);
    std::vector<std::uint8_t> where(g.size());
    std::vector<T> expected(x.size());
    for (std::size_t i = 0; i < g.size(); ++i) {
      where[i] = std::uint8_t(best_place(s, x, std::int64_t(i)));
      expected[std::size_t(source(s, std::int64_t(i), where[i]))] +=
          g[i];  // windows in the order of the output
    }
    const auto dx = test::with_any_threads([&] {
      std::vector<T> r(x.size() + 1, T(77));
      cpu::max_pool2d_grad({g.data(), where.data(), r.data(), s}, kCpuStream);
      EXPECT_EQ(r.back(), T(77));
      r.pop_back();
      return r;
    });
    EXPECT_EQ(dx, expected);
  }
}

/// Small whole numbers with ties, many of them not positive, and a few special values.
template <class T> std::vector<T> with_special_values(std::size_t n, double mean) {
  auto x = test::normal_data<T>(std::int64_t(n), mean);
  const T special[] = {T(0), -T(0), std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                       -std::numeric_limits<T>::infinity()};
  for (std::size_t i = 0; i < n; ++i)
    x[i] = i % 23 == 5 ? special[i / 23 % std::size(special)] : T(std::round(2 * x[i]));
  return x;
}

template <class T> void expect_same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    ASSERT_TRUE((std::isnan(a[i]) && std::isnan(b[i])) || std::memcmp(&a[i], &b[i], sizeof(T)) == 0) << i;
}

TYPED_TEST(MaxPool, WithReluIsReluAndThenPooling) {
  using T = TypeParam;
  constexpr auto kRelu = std::uint8_t(index_of<op::Relu, op::UnaryOps>);
  for (PoolShape s : kShapes)
    for (const double mean : {-1.0, 0.3}) {
      if (s.kh * s.kw > 255) continue;
      s.dtype = dtype_of<T>;
      const auto x = with_special_values<T>(input_size(s), mean);
      const auto g = with_special_values<T>(output_size(s), 0);
      std::vector<T> rectified(x.size()), expected(g.size()), before(x.size()), expected_dx(x.size());
      std::vector<std::uint8_t> where(g.size());
      const auto n = std::int64_t(x.size());
      cpu::unary({x.data(), rectified.data(), n, s.dtype, kRelu, {}}, kCpuStream);
      cpu::max_pool2d({rectified.data(), expected.data(), where.data(), s}, kCpuStream);
      cpu::max_pool2d_grad({g.data(), where.data(), before.data(), s}, kCpuStream);
      cpu::unary_grad({before.data(), rectified.data(), expected_dx.data(), n, s.dtype, kRelu, {}},
                      kCpuStream);
      s.relu = true;
      std::vector<T> y(g.size()), dx(x.size()), picked(g.size());
      cpu::max_pool2d({x.data(), y.data(), where.data(), s}, kCpuStream);
      cpu::max_pool2d_grad({g.data(), where.data(), dx.data(), s}, kCpuStream);
      cpu::max_pool2d_pick({x.data(), where.data(), picked.data(), s}, kCpuStream);
      expect_same_bits(y, expected);
      expect_same_bits(dx, expected_dx);
      for (std::size_t i = 0; i < y.size(); ++i) {
        ASSERT_EQ(where[i] == kNowhere, !(y[i] > T(0))) << i;
        ASSERT_EQ(picked[i], y[i] > T(0) ? y[i] : T(0)) << i;
      }
    }
}

}  // namespace
}  // namespace lepton::kernels
