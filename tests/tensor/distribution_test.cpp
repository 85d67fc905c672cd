// What is drawn has the distribution that it says: the largest distance from the closed form (Kolmogorov & Smirnov), and
// counts against their expectation (chi-square), of fixed seeds. Element by element the op table checks the streams.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "lepton/ops/index.hpp"
#include "lepton/ops/random.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

constexpr std::int64_t kDraws = 200'000;

/// sqrt(n) times the largest distance between the share of draws below x and `share(x)`; above 1.95 once in a thousand.
template <class F> double distance(const Tensor& draws, F share) {
  std::vector<double> x = draws.to_vector<double>();
  std::sort(x.begin(), x.end());
  double most = 0;
  const double n = double(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double right = share(x[i]);
    most = std::max({most, std::fabs(double(i) / n - right), std::fabs(double(i + 1) / n - right)});
  }
  return most * std::sqrt(n);
}

/// The chi-square statistic of how often 0, 1, ... occur, less its mean, in standard deviations.
double excess(const Tensor& draws, const std::vector<double>& shares) {
  std::vector<double> counts(shares.size());
  for (const double v : draws.to_vector<double>()) ++counts.at(std::size_t(v));
  double statistic = 0, degrees = -1;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] == 0) {
      EXPECT_EQ(counts[i], 0);
      continue;
    }
    const double expected = shares[i] * double(draws.numel());
    statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
    ++degrees;
  }
  return (statistic - degrees) / std::sqrt(2 * degrees);
}

double normal_share(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

TEST(Distributions, FollowTheirClosedForms) {
  for (const DType dtype : {f32, f64}) {
    const TensorOptions options{.dtype = dtype};
    const Shape shape{kDraws};
    manual_seed(11);
    EXPECT_LT(distance(uniform(shape, -1, 3, options), [](double x) { return (x + 1) / 4; }), 1.95);
    EXPECT_LT(distance(normal(shape, 1, 2, options), [](double x) { return normal_share((x - 1) / 2); }),
              1.95);
    EXPECT_LT(distance(exponential(shape, 2, options), [](double x) { return -std::expm1(-2 * x); }), 1.95);
    EXPECT_LT(distance(log_normal(shape, 0.5, 0.5, options),
                       [](double x) { return normal_share((std::log(x) - 0.5) / 0.5); }),
              1.95);
    EXPECT_LT(distance(cauchy(shape, 1, 2, options),
                       [](double x) { return 0.5 + std::atan((x - 1) / 2) / std::numbers::pi; }),
              1.95);
    EXPECT_LT(distance(laplace(shape, 1, 2, options),
                       [](double x) {
                         const double half = 0.5 * std::exp(-std::fabs(x - 1) / 2);
                         return x < 1 ? half : 1 - half;
                       }),
              1.95);
    const double low = normal_share(-0.5), high = normal_share(1.5);
    EXPECT_LT(distance(truncated_normal(shape, 1, 2, 0, 4, options),
                       [=](double x) { return (normal_share((x - 1) / 2) - low) / (high - low); }),
              1.95);
  }
}

TEST(Distributions, AWrongOneIsFarOff) {
  manual_seed(11);
  EXPECT_GT(distance(normal({kDraws}, 0, 1.02), normal_share), 1.95);
  EXPECT_GT(excess(randint(0, 4, {kDraws}), {0.255, 0.245, 0.25, 0.25}), 4);
}

TEST(Distributions, CountsAreAsExpected) {
  manual_seed(12);
  EXPECT_LT(excess(bernoulli(full({kDraws}, 0.3)), {0.7, 0.3}), 4);
  EXPECT_LT(excess(randint(0, 7, {kDraws}), std::vector<double>(7, 1.0 / 7)), 4);
  const Tensor weights = tensor<double>({1, 0, 3, 4});
  EXPECT_LT(excess(multinomial(weights, kDraws, true), {0.125, 0, 0.375, 0.5}), 4);
  std::vector<double> shares(60);
  for (std::size_t k = 1; k < shares.size(); ++k) shares[k] = 0.3 * std::pow(0.7, double(k - 1));
  EXPECT_LT(excess(geometric({kDraws}, 0.3), shares), 4);
}

// Drawn one after the other without replacement: the first by its share, the second by its share of what is left.
TEST(Distributions, WithoutReplacementPairsHaveTheirProbability) {
  manual_seed(13);
  const std::int64_t rows = 40'000;
  const Tensor weights = tensor<double>({1, 2, 5}).unsqueeze(0).expand({rows, 3});
  const std::vector<std::int64_t> drawn = multinomial(weights, 2).to_vector<std::int64_t>();
  std::vector<double> pairs;
  for (std::int64_t i = 0; i < rows; ++i)
    pairs.push_back(double(drawn[std::size_t(2 * i)] * 3 + drawn[std::size_t(2 * i + 1)]));
  const double w[] = {1, 2, 5};
  std::vector<double> shares(9);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b)
      if (a != b) shares[a * 3 + b] = w[a] / 8 * w[b] / (8 - w[a]);
  EXPECT_LT(excess(tensor(pairs, {rows}), shares), 4);
}

}  // namespace
}  // namespace lepton::test
