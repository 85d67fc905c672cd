// Gradients checked against central differences.
#pragma once

#include <functional>
#include <random>

#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {

using TensorList = std::vector<Tensor>;

/// A number that depends on tensors of doubles.
using NumberOf = std::function<double(const TensorList&)>;

/// sum(a * b), in a fixed order, without operations of the library.
inline double dot(const Tensor& a, const Tensor& b) {
  const auto x = values(a.detach()), y = values(b.detach());
  double total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) total += x[i] * y[i];
  return total;
}

/// Weights that turn a tensor of `shape` into a number.
inline Tensor weights(const Shape& shape, unsigned seed) {
  std::mt19937 bits(seed);
  std::uniform_real_distribution<double> between(0.5, 1.5);
  std::vector<double> w(std::size_t(shape.numel()));
  for (double& v : w) v = bits() % 2 == 0 ? between(bits) : -between(bits);
  return tensor(w, shape);
}

/// At most this many elements of each tensor are moved.
inline constexpr std::int64_t kMoved = 24;

/// Compares `gradient`, of f by x[which], with (f(x + h) - f(x - h)) / 2h.
inline AssertionResult matches_differences(const NumberOf& f, TensorList x, std::size_t which,
                                           const Tensor& gradient, double tolerance, double h = 1e-5) {
  if (gradient.shape() != x[which].shape())
    return AssertionFailure() << "gradient " << to_string(gradient.shape()) << " of "
                              << to_string(x[which].shape());
  const auto analytic = values(gradient.detach()), base = values(x[which].detach());
  const Shape shape = x[which].shape();
  const std::int64_t n = shape.numel(), step = std::max<std::int64_t>(1, n / kMoved);
  for (std::int64_t i = 0; i < n; i += step) {
    double side[2];
    for (const int s : {0, 1}) {
      auto moved = base;
      moved[std::size_t(i)] += s == 0 ? h : -h;
      x[which] = tensor(moved, shape);
      side[s] = f(x);
    }
    const double numeric = (side[0] - side[1]) / (2 * h), exact = analytic[std::size_t(i)];
    if (!(std::fabs(exact - numeric) <= tolerance * (1 + std::fabs(numeric))))
      return AssertionFailure() << "by element " << i << " of argument " << which << " " << to_string(shape)
                                << ": " << exact << ", differences give " << numeric;
  }
  return AssertionSuccess();
}

}  // namespace lepton::test
