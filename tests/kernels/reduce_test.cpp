// Reductions against plain loops in double.
#include "kernels/reduce.hpp"

#include <limits>
#include <numeric>

#include "check.hpp"

namespace lepton::kernels {
namespace {

using test::kCpuStream;

struct Shape {
  std::int64_t outer, reduce, inner;
};

// Rows, columns, both; sizes around a vector, a panel and a block; nothing; enough for several shards.
const Shape kShapes[] = {{1, 1, 1},      {5, 1, 1},      {3, 7, 1},      {2, 16, 1},     {7, 131, 1},
                         {1, 2049, 1},   {2, 5000, 1},   {1, 32, 10},    {1, 33, 16},    {1, 7, 300},
                         {4, 9, 5},      {3, 40, 129},   {0, 4, 3},      {4, 3, 0},      {1, 7, 1},
                         {1, 900001, 1}, {1, 20000, 64}, {1, 4001, 300}, {3, 300000, 1}, {700, 30, 41},
                         {900, 1001, 1}};

template <class T> std::vector<T> run(const std::vector<T>& x, Shape s, Reduction kind) {
  return test::with_any_threads([&] {
    std::vector<T> y(std::size_t(s.outer * s.inner) + 1, T(77));
    cpu::reduce({x.data(), y.data(), s.outer, s.reduce, s.inner, dtype_of<T>, kind}, kCpuStream);
    EXPECT_EQ(y.back(), T(77));  // nothing is written behind the end
    y.pop_back();
    return y;
  });
}

/// f(o * inner + i, elements) for every output.
template <class T, class F> void for_outputs(const std::vector<T>& x, Shape s, F f) {
  std::vector<T> column(std::size_t(s.reduce));
  for (std::int64_t o = 0; o < s.outer; ++o)
    for (std::int64_t i = 0; i < s.inner; ++i) {
      for (std::int64_t r = 0; r < s.reduce; ++r)
        column[std::size_t(r)] = x[std::size_t((o * s.reduce + r) * s.inner + i)];
      f(std::size_t(o * s.inner + i), column);
    }
}

template <class T> class Reduce : public ::testing::Test {};
TYPED_TEST_SUITE(Reduce, test::Floats);

TYPED_TEST(Reduce, SumsAndMeans) {
  using T = TypeParam;
  for (const Shape s : kShapes) {
    const auto x = test::normal_data<T>(s.outer * s.reduce * s.inner, 0.5);
    const auto sum = run(x, s, Reduction::sum), mean = run(x, s, Reduction::mean);
    for_outputs(x, s, [&](std::size_t at, const std::vector<T>& column) {
      const double expected = double(std::accumulate(column.begin(), column.end(), 0.0L));
      const double n = double(s.reduce), scale = std::sqrt(n);
      test::expect_near(sum[at], expected, 3, scale);
      test::expect_near(mean[at], expected / n, 3, scale / n);
    });
  }
}

TYPED_TEST(Reduce, AMillionIsSummedToTheLastBits) {
  using T = TypeParam;
  for (const Shape s : {Shape{1, 1000000, 1}, Shape{4, 50000, 1}, Shape{1, 100000, 10}}) {
    std::vector<T> x(std::size_t(s.outer * s.reduce * s.inner));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = T(0.1) + T(i % 7);
    const auto sum = run(x, s, Reduction::sum);
    for_outputs(x, s, [&](std::size_t at, const std::vector<T>& column) {
      long double expected = 0;
      for (const T e : column) expected += e;
      EXPECT_NEAR(double(sum[at] / expected), 1, sizeof(T) == 4 ? 1e-7 : 1e-12);
    });
  }
}

TYPED_TEST(Reduce, LargestAndSmallest) {
  using T = TypeParam;
  for (const Shape s : kShapes) {
    if (s.reduce * s.outer * s.inner > 400000) continue;
    auto x = test::normal_data<T>(s.outer * s.reduce * s.inner);
    if (x.size() > 60) x[50] = std::numeric_limits<T>::quiet_NaN();
    const auto largest = run(x, s, Reduction::max), smallest = run(x, s, Reduction::min);
    for_outputs(x, s, [&](std::size_t at, const std::vector<T>& column) {
      double high = -INFINITY, low = INFINITY;
      for (const T e : column) {
        high = std::isnan(e) || e > high ? double(e) : high;
        low = std::isnan(e) || e < low ? double(e) : low;
      }
      test::expect_near(largest[at], high, 0);
      test::expect_near(smallest[at], low, 0);
    });
  }
}

TYPED_TEST(Reduce, ANaNWinsWhereverItStands) {
  using T = TypeParam;
  for (const std::int64_t n : {3, 40, 200})
    for (std::int64_t at = 0; at < n; ++at) {
      std::vector<T> x(std::size_t(n), T(1));
      x[std::size_t(at)] = std::numeric_limits<T>::quiet_NaN();
      for (const Reduction kind : {Reduction::sum, Reduction::max, Reduction::min}) {
        T row, columns[4] = {};
        cpu::reduce({x.data(), &row, 1, n, 1, dtype_of<T>, kind}, kCpuStream);
        EXPECT_TRUE(std::isnan(row));
        cpu::reduce({x.data(), columns, 1, n / 3, 3, dtype_of<T>, kind}, kCpuStream);
        for (int i = 0; i < 3; ++i) EXPECT_EQ(std::isnan(columns[i]), at < n / 3 * 3 && at % 3 == i);
      }
    }
}

TYPED_TEST(Reduce, OfNothing) {
  using T = TypeParam;
  for (const std::int64_t inner : {1, 3}) {
    std::vector<T> y(std::size_t(2 * inner), T(5));
    cpu::reduce({nullptr, y.data(), 2, 0, inner, dtype_of<T>, Reduction::sum}, kCpuStream);
    for (const T e : y) EXPECT_EQ(e, T(0));
    cpu::reduce({nullptr, y.data(), 2, 0, inner, dtype_of<T>, Reduction::mean}, kCpuStream);
    for (const T e : y) EXPECT_TRUE(std::isnan(e));
  }
}

TYPED_TEST(Reduce, PlaceOfTheLargest) {
  using T = TypeParam;
  for (const Shape s : kShapes) {
    auto x = test::normal_data<T>(s.outer * s.reduce * s.inner);
    for (T& e : x) e = T(std::round(4 * e));  // with ties
    if (x.size() > 60) x[50] = x[57] = std::numeric_limits<T>::quiet_NaN();
    const auto places = test::with_any_threads([&] {
      std::vector<std::int64_t> y(std::size_t(s.outer * s.inner), -1);
      cpu::argmax({x.data(), y.data(), s.outer, s.reduce, s.inner, dtype_of<T>}, kCpuStream);
      return y;
    });
    for_outputs(x, s, [&](std::size_t at, const std::vector<T>& column) {
      std::size_t best = 0;
      for (std::size_t r = 1; r < column.size(); ++r)
        if (!std::isnan(column[best]) && (std::isnan(column[r]) || column[r] > column[best])) best = r;
      EXPECT_EQ(places[at], std::int64_t(best));
    });
  }
}

TEST(ReduceIntegers, WrapAndCompare) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max(),
                 kLeast = std::numeric_limits<std::int64_t>::min();
  const std::vector<std::int64_t> x{kMost, 1, 5, -3, kLeast, 7, 7, 0, 2, 9, 9};
  const auto size = std::int64_t(x.size());
  std::int64_t y = 0;
  cpu::reduce({x.data(), &y, 1, 2, 1, i64, Reduction::sum}, kCpuStream);
  EXPECT_EQ(y, kLeast);
  cpu::reduce({x.data(), &y, 1, size, 1, i64, Reduction::max}, kCpuStream);
  EXPECT_EQ(y, kMost);
  cpu::reduce({x.data(), &y, 1, size, 1, i64, Reduction::min}, kCpuStream);
  EXPECT_EQ(y, kLeast);
  cpu::argmax({x.data() + 1, &y, 1, size - 1, 1, i64}, kCpuStream);
  EXPECT_EQ(y, 8);
}

}  // namespace
}  // namespace lepton::kernels
