// Softmax and the losses against plain loops in double.
#include "kernels/softmax.hpp"

#include <limits>

#include "check.hpp"
#include "lepton/core/error.hpp"

namespace lepton::kernels {
namespace {

using test::kCpuStream;

struct Shape {
  std::int64_t rows, n;
};
// Rows of up to four vectors, longer ones, many, none.
const Shape kShapes[] = {{1, 1},  {3, 2},   {32, 10},  {5, 8},    {5, 16}, {4, 17},     {3, 33},   {2, 64},
                         {3, 65}, {2, 100}, {2, 1000}, {1, 9001}, {0, 10}, {20000, 10}, {500, 701}};

std::vector<double> softmax_of(const double* x, std::int64_t n) {
  double top = -INFINITY, sum = 0;
  for (std::int64_t i = 0; i < n; ++i) top = std::max(top, x[i]);
  std::vector<double> y(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) sum += y[std::size_t(i)] = std::exp(x[i] - top);
  for (double& e : y) e /= sum;
  return y;
}

template <class T> class Softmax : public ::testing::Test {};
TYPED_TEST_SUITE(Softmax, test::Floats);

TYPED_TEST(Softmax, MatchesDoubles) {
  using T = TypeParam;
  for (const Shape s : kShapes) {
    const auto x = test::normal_data<T>(s.rows * s.n, 50, 5);
    const auto run = [&](bool log) {
      return test::with_any_threads([&] {
        std::vector<T> y(x.size() + 1, T(77));
        cpu::softmax({x.data(), y.data(), s.rows, s.n, dtype_of<T>, log}, kCpuStream);
        EXPECT_EQ(y.back(), T(77));
        y.pop_back();
        return y;
      });
    };
    const auto y = run(false), log_y = run(true);
    const std::vector<double> exact(x.begin(), x.end());
    for (std::int64_t r = 0; r < s.rows; ++r) {
      const auto expected = softmax_of(exact.data() + r * s.n, s.n);
      for (std::int64_t i = 0; i < s.n; ++i) {
        const double e = expected[std::size_t(i)];
        test::expect_near(y[std::size_t(r * s.n + i)], e, 30, 0);
        test::expect_near(log_y[std::size_t(r * s.n + i)], std::log(e), 6);
      }
    }
  }
}

TYPED_TEST(Softmax, OfInfinitiesAndNaN) {
  using T = TypeParam;
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  for (const std::size_t n : {5, 20, 200}) {
    std::vector<T> x(n, -inf), y(n);
    const auto run = [&] {
      cpu::softmax({x.data(), y.data(), 1, std::int64_t(n), dtype_of<T>, false}, kCpuStream);
    };
    run();
    for (const T e : y) EXPECT_TRUE(std::isnan(e));  // nothing to choose from
    x[3] = 1;
    run();
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(y[i], T(i == 3));
    for (const std::size_t at : {std::size_t(0), n - 1}) {
      x.assign(n, T(1));
      x[at] = nan;
      run();
      for (const T e : y) EXPECT_TRUE(std::isnan(e));
    }
  }
}

TYPED_TEST(Softmax, CrossEntropyAndItsGradient) {
  using T = TypeParam;
  for (const Shape s : kShapes) {
    const auto x = test::normal_data<T>(s.rows * s.n, -20, 4);
    std::vector<std::int64_t> target(std::size_t(s.rows));
    for (std::size_t r = 0; r < target.size(); ++r) target[r] = std::int64_t(r * 7) % s.n;
    std::vector<T> p(x.size()), dx(x.size());
    const auto loss = test::with_any_threads([&] {
      std::vector<T> l(1);
      cpu::cross_entropy({x.data(), target.data(), l.data(), p.data(), s.rows, s.n, dtype_of<T>}, kCpuStream);
      return l;
    });
    const T g(2.5);
    cpu::cross_entropy_grad({p.data(), target.data(), &g, dx.data(), s.rows, s.n, dtype_of<T>}, kCpuStream);
    const std::vector<double> exact(x.begin(), x.end());
    double expected_loss = 0;
    for (std::int64_t r = 0; r < s.rows; ++r) {
      const auto expected = softmax_of(exact.data() + r * s.n, s.n);
      const auto hit = std::size_t(target[std::size_t(r)]);
      expected_loss -= std::log(expected[hit]) / double(s.rows);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto at = std::size_t(r * s.n) + i;
        test::expect_near(p[at], expected[i], 30, 0);
        test::expect_near(dx[at], (expected[i] - double(i == hit)) * 2.5 / double(s.rows), 30,
                          1 / double(s.rows));
      }
    }
    if (s.rows == 0) EXPECT_TRUE(std::isnan(loss[0]));
    else test::expect_near(loss[0], expected_loss, 5);
  }
}

TYPED_TEST(Softmax, GradientMayReplaceTheProbabilities) {
  using T = TypeParam;
  std::vector<T> p{T(0.25), T(0.5), T(0.25)};
  const std::int64_t target = 1;
  const T g(1);
  cpu::cross_entropy_grad({p.data(), &target, &g, p.data(), 1, 3, dtype_of<T>}, kCpuStream);
  EXPECT_EQ(p, (std::vector<T>{T(0.25), T(-0.5), T(0.25)}));
}

TYPED_TEST(Softmax, LogitsProbabilitiesAndGradientMayShareMemory) {
  using T = TypeParam;
  for (const Shape s : kShapes) {
    if (s.rows == 0) continue;
    const auto x = test::normal_data<T>(s.rows * s.n, 1, 3);
    std::vector<std::int64_t> target(std::size_t(s.rows));
    for (std::size_t r = 0; r < target.size(); ++r) target[r] = std::int64_t(r * 5) % s.n;
    const T g(1.5);
    T loss, loss_in_place;
    std::vector<T> p(x.size()), dx(x.size());
    cpu::cross_entropy({x.data(), target.data(), &loss, p.data(), s.rows, s.n, dtype_of<T>}, kCpuStream);
    cpu::cross_entropy_grad({p.data(), target.data(), &g, dx.data(), s.rows, s.n, dtype_of<T>}, kCpuStream);
    auto all = x;
    cpu::cross_entropy({all.data(), target.data(), &loss_in_place, all.data(), s.rows, s.n, dtype_of<T>},
                       kCpuStream);
    EXPECT_EQ(loss_in_place, loss);
    EXPECT_TRUE(all == p) << s.rows << " x " << s.n;
    cpu::cross_entropy_grad({all.data(), target.data(), &g, all.data(), s.rows, s.n, dtype_of<T>},
                            kCpuStream);
    EXPECT_TRUE(all == dx) << s.rows << " x " << s.n;
    for (const bool log : {false, true}) {
      std::vector<T> y(x.size());
      cpu::softmax({x.data(), y.data(), s.rows, s.n, dtype_of<T>, log}, kCpuStream);
      all = x;
      cpu::softmax({all.data(), all.data(), s.rows, s.n, dtype_of<T>, log}, kCpuStream);
      EXPECT_TRUE(all == y) << s.rows << " x " << s.n;
    }
  }
}

TYPED_TEST(Softmax, CrossEntropyWithItsGradientIsBothKernels) {
  using T = TypeParam;
  for (const Shape s : kShapes) {
    if (s.rows == 0) continue;
    const auto x = test::normal_data<T>(s.rows * s.n, -3, 4);
    std::vector<std::int64_t> target(std::size_t(s.rows));
    for (std::size_t r = 0; r < target.size(); ++r) target[r] = std::int64_t(r * 3 + 1) % s.n;
    const T g(0.7);
    T loss;
    std::vector<T> p(x.size()), dx(x.size());
    cpu::cross_entropy({x.data(), target.data(), &loss, p.data(), s.rows, s.n, dtype_of<T>}, kCpuStream);
    cpu::cross_entropy_grad({p.data(), target.data(), &g, dx.data(), s.rows, s.n, dtype_of<T>}, kCpuStream);
    for (const bool in_place : {false, true}) {
      const auto both = test::with_any_threads([&] {
        auto from = x;
        std::vector<T> to(x.size() + 1, T(77)), l(1);
        cpu::cross_entropy_with_grad({from.data(), target.data(), &g, l.data(),
                                      in_place ? from.data() : to.data(), s.rows, s.n, dtype_of<T>},
                                     kCpuStream);
        EXPECT_EQ(to.back(), T(77));
        to.pop_back();
        std::vector<T> all = in_place ? from : to;
        all.push_back(l[0]);
        return all;
      });
      EXPECT_EQ(both.back(), loss);
      EXPECT_TRUE(std::equal(dx.begin(), dx.end(), both.begin())) << s.rows << " x " << s.n;
    }
  }
}

TYPED_TEST(Softmax, CrossEntropyStaysFiniteWhereTheProbabilityIsZero) {
  using T = TypeParam;
  const std::vector<T> x{T(0), T(2000)};
  const std::int64_t target = 0;
  T loss, p[2];
  cpu::cross_entropy({x.data(), &target, &loss, p, 1, 2, dtype_of<T>}, kCpuStream);
  EXPECT_EQ(loss, T(2000));
}

TEST(CrossEntropy, NamesTheTargetThatIsOutside) {
  const std::vector<float> x(10000 * 10);
  std::vector<float> p(x.size());
  std::vector<std::int64_t> target(10000);
  float loss;
  for (const std::int64_t bad : {12, -1}) {
    target[5] = target[9000] = bad;
    try {
      cpu::cross_entropy({x.data(), target.data(), &loss, p.data(), 10000, 10, f32}, kCpuStream);
      FAIL();
    } catch (const Error& e) {
      EXPECT_EQ(e.what(), "[cross_entropy] target " + std::to_string(bad) + " of row 5 is outside [0, 10)");
    }
  }
}

TYPED_TEST(Softmax, BinaryCrossEntropyAndItsGradient) {
  using T = TypeParam;
  for (const std::int64_t n : {1, 3, 16, 100, 1025, 200000}) {
    auto x = test::normal_data<T>(n, 0, 10), t = test::normal_data<T>(n, 0.5, 1, 2);
    for (T& e : t) e = std::min(T(1), std::max(T(0), e));
    if (n > 10) x[5] = 1000, x[6] = -1000;
    std::vector<T> dx(x.size());
    const auto loss = test::with_any_threads([&] {
      std::vector<T> l(1);
      cpu::bce({x.data(), t.data(), l.data(), n, dtype_of<T>}, kCpuStream);
      return l;
    });
    const T g(-1.5);
    cpu::bce_grad({x.data(), t.data(), &g, dx.data(), n, dtype_of<T>}, kCpuStream);
    double expected = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double a = double(x[i]), b = double(t[i]);
      expected += std::max(a, 0.0) - a * b + std::log1p(std::exp(-std::abs(a)));
      test::expect_near(dx[i], (1 / (1 + std::exp(-a)) - b) * -1.5 / double(n), 6, 1 / double(n));
    }
    test::expect_near(loss[0], expected / double(n), 5);
  }
}

}  // namespace
}  // namespace lepton::kernels
