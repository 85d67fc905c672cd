// Private gradients: clipping against the formula, noise by its moments.
#include "lepton/optim/privacy.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/ops/random.hpp"
#include "tests/support/compare.hpp"

namespace lepton::optim::test {
namespace {

using lepton::test::close;
using Values = std::vector<double>;

TEST(PrivateGradients, AreClippedSampleBySample) {
  const Tensor w = zeros({2}, {.dtype = f64}).set_requires_grad();
  const Tensor b = zeros({}, {.dtype = f64}).set_requires_grad();
  const Tensor by_w = tensor<double>({{3, 0}, {0, 0.1}, {0, 0}}), by_b = tensor<double>({4, 0.2, 0});
  const Tensor norms = set_private_gradients({w, b}, {by_w, by_b}, {.max_norm = 2, .noise_multiplier = 0});
  EXPECT_TRUE(close(norms.to_vector<double>(), Values{5, std::sqrt(0.05), 0}, 1e-12));
  // The first is shrunk from 5 to 2, the others stay; the mean of three.
  EXPECT_TRUE(close(w.grad().to_vector<double>(), Values{3 * 0.4 / 3, 0.1 / 3}, 1e-12));
  EXPECT_NEAR(b.grad().item(), (4 * 0.4 + 0.2) / 3, 1e-12);
  set_private_gradients({w, b}, {by_w, by_b}, {.max_norm = 2, .noise_multiplier = 0, .batch = 10});
  EXPECT_NEAR(b.grad().item(), (4 * 0.4 + 0.2) / 10, 1e-12);
}

TEST(PrivateGradients, HaveNoiseOfTheClippedNorm) {
  manual_seed(3);
  constexpr std::int64_t kMany = 40'000;
  const Tensor w = zeros({kMany}).set_requires_grad();
  set_private_gradients({w}, {zeros({4, kMany})}, {.max_norm = 0.5, .noise_multiplier = 3});
  double mean = 0, square = 0;
  for (const double g : w.grad().to_vector<double>()) mean += g / kMany, square += g * g / kMany;
  constexpr double kDeviation = 3 * 0.5 / 4;
  EXPECT_NEAR(mean, 0, 5 * kDeviation / std::sqrt(double(kMany)));
  EXPECT_NEAR(std::sqrt(square), kDeviation, 0.02 * kDeviation);
}

TEST(PrivateGradients, OfNoSampleAreNoise) {
  const Tensor w = zeros({3}).set_requires_grad();
  set_private_gradients({w}, {zeros({0, 3})}, {.batch = 8});
  EXPECT_NE(w.grad().to_vector<double>()[0], 0);
  EXPECT_ERROR(set_private_gradients({w}, {zeros({0, 3})}), "there are no samples");
  EXPECT_ERROR(set_private_gradients({w}, {zeros({2, 4})}),
               "gradients [2, 4] are not a parameter's of each of 2");
  EXPECT_ERROR(set_private_gradients({w}, {zeros({2, 3})}, {.max_norm = 0}), "max_norm must be above 0");
}

}  // namespace
}  // namespace lepton::optim::test
