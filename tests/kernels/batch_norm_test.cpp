// Batch normalisation against two passes in double.
#include "kernels/batch_norm.hpp"

#include "check.hpp"

namespace lepton::kernels {
namespace {

using test::kCpuStream;

struct Shape {
  std::int64_t rows, c;
};
// Fewer rows than shards, rows that are no whole group, channels around a vector, enough for threads.
const Shape kShapes[] = {{2, 1},   {1, 3},     {7, 5},   {8, 16},     {9, 17},
                         {33, 64}, {100, 130}, {257, 3}, {20000, 64}, {3001, 100}};

/// Statistics of a channel.
struct Channel {
  long double mean = 0, variance = 0;
};

template <class T> std::vector<Channel> channels(const std::vector<T>& x, Shape s) {
  std::vector<Channel> all(static_cast<std::size_t>(s.c));
  const long double rows = s.rows;
  for (std::size_t i = 0; i < x.size(); ++i) all[i % all.size()].mean += x[i] / rows;
  for (std::size_t i = 0; i < x.size(); ++i) {
    Channel& channel = all[i % all.size()];
    channel.variance += (x[i] - channel.mean) * (x[i] - channel.mean) / rows;
  }
  return all;
}

template <class T> struct Case {
  Shape shape;
  std::vector<T> x, weight, bias, running_mean, running_var, mean, rstd;
  std::vector<double> scratch;

  Case(Shape s, double centre, double deviation)
      : shape(s),
        x(test::normal_data<T>(s.rows * s.c, centre, deviation)),
        weight(test::normal_data<T>(s.c, 1, 0.2, 2)),
        bias(test::normal_data<T>(s.c, 0, 1, 3)),
        running_mean(std::size_t(s.c), T(0.5)),
        running_var(std::size_t(s.c), T(2)),
        mean(std::size_t(s.c)),
        rstd(std::size_t(s.c)),
        scratch(std::size_t(batch_norm_scratch(s.c))) {}

  std::vector<T> run(bool affine, bool running) {
    return test::with_any_threads([&] {
      running_mean.assign(running_mean.size(), T(0.5));
      running_var.assign(running_var.size(), T(2));
      std::vector<T> y(x.size());
      cpu::batch_norm({x.data(), affine ? weight.data() : nullptr, affine ? bias.data() : nullptr,
                       running ? running_mean.data() : nullptr, running ? running_var.data() : nullptr,
                       y.data(), mean.data(), rstd.data(), scratch.data(), shape.rows, shape.c, 1e-5, 0.1,
                       dtype_of<T>, BatchNormActivation::none, nullptr, nullptr, 1},
                      kCpuStream);
      return y;
    });
  }
};

template <class T> class BatchNorm : public ::testing::Test {};
TYPED_TEST_SUITE(BatchNorm, test::Floats);

TYPED_TEST(BatchNorm, MatchesDoubles) {
  using T = TypeParam;
  for (const Shape s : kShapes)
    for (const double centre : {0.0, 100.0}) {
      Case<T> k(s, centre, 1);
      const auto expected = channels(k.x, s);
      const auto plain = k.run(false, false), y = k.run(true, true);
      const double rows = double(s.rows);
      for (std::size_t j = 0; j < expected.size(); ++j) {
        const auto mean = double(expected[j].mean), variance = double(expected[j].variance);
        test::expect_near(k.mean[j], mean, 3);
        test::expect_near(k.rstd[j], 1 / std::sqrt(variance + 1e-5), 5, 0);
        test::expect_near(k.running_mean[j], 0.9 * 0.5 + 0.1 * mean, 2);
        test::expect_near(k.running_var[j], 0.9 * 2 + 0.1 * variance * rows / std::max(1.0, rows - 1), 5);
      }
      for (std::size_t i = 0; i < y.size(); ++i) {
        const std::size_t j = i % expected.size();
        const double normal = double((k.x[i] - expected[j].mean) / std::sqrt(expected[j].variance + 1e-5L));
        test::expect_near(plain[i], normal, 6);
        test::expect_near(y[i], normal * double(k.weight[j]) + double(k.bias[j]), 6, 4);
      }
    }
}

TYPED_TEST(BatchNorm, SurvivesAFirstRowFarOff) {
  using T = TypeParam;
  Case<T> k({4000, 20}, 0, 1);
  for (std::size_t j = 0; j < 20; ++j) k.x[j] = 1000;
  const auto expected = channels(k.x, k.shape);
  k.run(false, false);
  for (std::size_t j = 0; j < 20; ++j)
    test::expect_near(k.rstd[j], double(1 / std::sqrt(expected[j].variance + 1e-5L)),
                      sizeof(T) == 4 ? 10 : 100, 0);
}

TYPED_TEST(BatchNorm, OfEqualValuesIsTheBias) {
  using T = TypeParam;
  Case<T> k({50, 20}, 0, 0);
  k.x.assign(k.x.size(), T(3.3));
  const auto y = k.run(true, false);
  for (std::size_t i = 0; i < y.size(); ++i) test::expect_near(y[i], double(k.bias[i % 20]), 40);
}

TYPED_TEST(BatchNorm, GradientMatchesDoubles) {
  using T = TypeParam;
  for (const Shape s : kShapes)
    for (const bool affine : {false, true}) {
      Case<T> k(s, 10, 2);
      k.run(affine, false);
      const auto g = test::normal_data<T>(s.rows * s.c, 0.1, 1, 4);
      std::vector<T> dweight(k.mean.size()), dbias(k.mean.size());
      const auto dx = test::with_any_threads([&] {
        std::vector<T> d(g.size());
        cpu::batch_norm_grad({k.x.data(), g.data(), affine ? k.weight.data() : nullptr, k.mean.data(),
                              k.rstd.data(), d.data(), dweight.data(), dbias.data(), k.scratch.data(), s.rows,
                              s.c, dtype_of<T>, BatchNormActivation::none, nullptr, nullptr, nullptr, nullptr, 1},
                             kCpuStream);
        return d;
      });
      std::vector<double> sum(k.mean.size()), product(k.mean.size());
      const auto xhat = [&](std::size_t i) {
        const std::size_t j = i % sum.size();
        return (double(k.x[i]) - double(k.mean[j])) * double(k.rstd[j]);
      };
      for (std::size_t i = 0; i < g.size(); ++i) {
        sum[i % sum.size()] += double(g[i]);
        product[i % sum.size()] += double(g[i]) * xhat(i);
      }
      const double rows = double(s.rows), scale = std::sqrt(rows);
      for (std::size_t j = 0; j < sum.size(); ++j) {
        test::expect_near(dbias[j], sum[j], 3, scale);
        test::expect_near(dweight[j], product[j], 6, scale);
      }
      for (std::size_t i = 0; i < g.size(); ++i) {
        const std::size_t j = i % sum.size();
        const double scale_j = double(k.rstd[j]) * (affine ? double(k.weight[j]) : 1);
        const double expected = scale_j * (double(g[i]) - sum[j] / rows - xhat(i) * product[j] / rows);
        test::expect_near(dx[i], expected, 8, std::abs(scale_j) * 4);
      }
    }
}

}  // namespace
}  // namespace lepton::kernels
