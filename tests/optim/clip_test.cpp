// Clipping: as functions against sums in double, and in the optimizer's pass against the functions.
#include <gtest/gtest.h>

#include "tests/optim/problem.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/threads.hpp"

namespace lepton::optim::test {
namespace {

using lepton::test::close;
using lepton::test::same_bits;

/// Parameters with gradients, of small sizes and of some that are cut into shards.
std::vector<Tensor> parameters(DType dtype = f32) {
  std::vector<Tensor> result;
  for (const std::int64_t n : {1, 63, 64, 65, 17, 200'001, 5, 90'000, 300'000, 3}) {
    Tensor p = wave({n}, 1, double(n), dtype).set_requires_grad();
    p.set_grad(wave({n}, 0.01, 0.5 * double(n), dtype));
    result.push_back(p);
  }
  return result;
}

double norm_of(const std::vector<Tensor>& parameters) {
  double squares = 0;
  for (const Tensor& p : parameters)
    for (const double g : p.grad().to_vector<double>()) squares += g * g;
  return std::sqrt(squares);
}

TEST(Clip, GivesTheNormAndScalesToIt) {
  for (const DType dtype : {f32, f64}) {
    const auto p = parameters(dtype);
    const double norm = norm_of(p);
    const auto before = p[5].grad().to_vector<double>();
    const Tensor given = clip_grad_norm(p, 0.25);
    EXPECT_EQ(given.dtype(), f64);
    EXPECT_NEAR(given.item(), norm, 1e-12 * norm);
    EXPECT_NEAR(norm_of(p), 0.25, 0.25 * 1e-5);  // less by the 1e-6 beside the norm
    const auto after = p[5].grad().to_vector<double>();
    for (std::size_t i = 0; i < before.size(); i += 1001)
      EXPECT_NEAR(after[i], before[i] * (0.25 / (norm + 1e-6)), (dtype == f64 ? 1e-16 : 1e-9));
  }
}

TEST(Clip, LeavesSmallGradientsAlone) {
  const auto p = parameters();
  std::vector<Tensor> before;
  for (const Tensor& t : p) before.push_back(t.grad().clone());
  clip_grad_norm(p, 1e3);
  clip_grad_norm(p, INFINITY);
  clip_grad_value(p, 1);
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_TRUE(same_bits(p[i].grad(), before[i]));
}

TEST(Clip, TakesGradientsOfAnyKind) {
  const auto leaf_with = [](const Tensor& g) {
    Tensor p = zeros(g.shape(), {.dtype = g.dtype()}).set_requires_grad();
    p.set_grad(g);
    return p;
  };
  const Tensor dense = wave({4, 6}, 1, 0, f32).transpose(), gaps = wave({5, 8}, 1, 1, f64).slice(1, 0, 8, 2);
  const Tensor half = wave({9}, 1, 2, f32).to(f16), none = zeros({3}).set_requires_grad(),
               empty_one = zeros({0});
  const std::vector<Tensor> all{leaf_with(dense), leaf_with(gaps), leaf_with(half), none,
                                leaf_with(empty_one)};
  const auto want = [&](double factor) {
    std::vector<std::vector<double>> values;
    for (const Tensor& g : {dense, gaps, half}) values.push_back((g.to(f64) * factor).to_vector<double>());
    return values;
  };
  const double norm = norm_of({all[0], all[1], all[2]});
  const auto expected = want(0.5 / (norm + 1e-6));
  EXPECT_NEAR(clip_grad_norm(all, 0.5).item(), norm, 1e-7);
  EXPECT_TRUE(close(dense.to_vector<double>(), expected[0], 1e-7));
  EXPECT_TRUE(close(gaps.to_vector<double>(), expected[1], 1e-15));
  EXPECT_TRUE(close(half.to_vector<double>(), expected[2], 1e-3));
  clip_grad_value(all, 0.01);
  for (const Tensor& g : {dense, gaps, half})
    for (const double x : g.to_vector<double>()) EXPECT_LE(std::abs(x), 0.0100098);  // 0.01 in f16
  EXPECT_EQ(clip_grad_norm({none}, 1).item(), 0);
}

TEST(Clip, NotANumberStaysOneAndOverflowShows) {
  Tensor p = zeros({3}).set_requires_grad();
  p.set_grad(tensor({1.0f, NAN, -7.0f}));
  clip_grad_value({p}, 2);
  const auto g = p.grad().to_vector<float>();
  EXPECT_EQ(g[0], 1);
  EXPECT_TRUE(std::isnan(g[1]));
  EXPECT_EQ(g[2], -2);
  EXPECT_TRUE(std::isnan(clip_grad_norm({p}, 1).item()));
  p.set_grad(tensor({1e30f, 1e30f, 1e30f}));  // squares overflow in f32
  EXPECT_NEAR(clip_grad_norm({p}, 1).item() / (std::sqrt(3.0) * 1e30), 1, 1e-6);
  EXPECT_ERROR(clip_grad_norm({p}, 0), "max_norm");
  EXPECT_ERROR(clip_grad_value({p}, -1), "limit");
}

TEST(Clip, InTheStepGivesTheBitsOfTheFunction) {
  for (const DType dtype : {f32, f64}) {
    const auto a = parameters(dtype), b = parameters(dtype);
    Adam first(a, {.lr = 0.1, .weight_decay = 0.3});
    // The second in two groups, which are clipped together.
    Adam second(std::vector<Adam::Group>{{{b.begin(), b.begin() + 4}, {.lr = 0.1, .weight_decay = 0.3}},
                                         {{b.begin() + 4, b.end()}, {.lr = 0.1, .weight_decay = 0.3}}});
    for (int i = 0; i < 3; ++i) {
      const Tensor norm = clip_grad_norm(a, 0.125);
      first.step();
      const Tensor fused = second.step({.max_norm = 0.125});
      if (i == 0) {
        EXPECT_TRUE(same_bits(norm, fused));
      }
      for (std::size_t k = 0; k < a.size(); ++k) ASSERT_TRUE(same_bits(a[k], b[k])) << k;
      for (std::size_t k = 0; k < a.size(); ++k) a[k].set_grad(b[k].grad().clone());
    }
    EXPECT_FALSE(second.step().defined());
  }
}

TEST(Clip, DoesNotDependOnTheNumberOfThreads) {
  const auto run = [](int threads) {
    const lepton::test::Threads guard(threads);
    const auto p = parameters();
    Adam adam(p, {.lr = 0.1});
    std::vector<Tensor> all{adam.step({.max_norm = 0.25})};
    all.push_back(clip_grad_norm(p, 0.5));
    for (const Tensor& t : p) all.push_back(t.detach()), all.push_back(t.grad());
    return all;
  };
  const auto one = run(1);
  for (const int threads : {2, 5}) {
    const auto many = run(threads);
    for (std::size_t i = 0; i < one.size(); ++i)
      EXPECT_TRUE(same_bits(one[i], many[i])) << threads << " threads";
  }
}

TEST(Clip, IsTheSameCaptured) {
  for (const bool fused : {false, true}) {
    Problem eager(kVectors, f32), captured(kVectors, f32);
    Sgd a(eager.parameters, {.lr = 0.05, .momentum = 0.9}),
        b(captured.parameters, {.lr = 0.05, .momentum = 0.9});
    const auto run = [&](const Problem& problem, Sgd& sgd, std::span<const Tensor> drift) {
      problem.backward(drift, false);
      if (fused) return sgd.step({.max_norm = 0.5});
      const Tensor norm = clip_grad_norm(problem.parameters, 0.5);
      clip_grad_value(problem.parameters, 0.2);
      sgd.step();
      return norm;
    };
    auto step = compile([&](const Tensor& x, const Tensor& y, const Tensor& z) {
      return run(captured, b, std::vector{x, y, z});
    });
    for (int t = 0; t < 30; ++t) {
      const auto drift = eager.drift(t);
      const double norm = run(eager, a, drift).item();
      EXPECT_EQ(step(drift[0], drift[1], drift[2]).item(), norm);
      ASSERT_EQ(eager.values(), captured.values()) << "step " << t;
    }
    EXPECT_EQ(step.recordings(), 1);
  }
}

}  // namespace
}  // namespace lepton::optim::test
