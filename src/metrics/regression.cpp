// Errors of numbers, collected in one pass.
#include "lepton/metrics/regression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "lepton/core/error.hpp"

namespace lepton::metrics {
namespace {

/// Without axes of size 1.
Shape squeezed(const Shape& shape) {
  Shape out;
  for (const std::int64_t size : shape)
    if (size != 1) out.push_back(size);
  return out;
}

}  // namespace

void Regression::update(const Tensor& prediction, const Tensor& target, const Tensor& weights) {
  if (squeezed(prediction.shape()) != squeezed(target.shape()))
    throw Error("regression", "target " + to_string(target.shape()) + " does not fit prediction " +
                                  to_string(prediction.shape()));
  if (weights.defined() && weights.numel() != target.numel())
    throw Error("regression",
                "weights " + to_string(weights.shape()) + " do not fit target " + to_string(target.shape()));
  const std::vector<double> x = prediction.to_vector<double>(), y = target.to_vector<double>();
  const std::vector<double> w = weights.defined() ? weights.to_vector<double>() : std::vector<double>(y.size(), 1);
  Regression batch(scale_);
  batch.samples_ = std::int64_t(y.size());
  for (const double v : w) batch.count_ += v;
  if (batch.count_ == 0) return;
  for (std::size_t i = 0; i < y.size(); ++i) batch.mean_ += w[i] * y[i] / batch.count_;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double error = std::abs(y[i] - x[i]);
    batch.spread_ += w[i] * (y[i] - batch.mean_) * (y[i] - batch.mean_);
    batch.squared_ += w[i] * error * error;
    batch.absolute_ += w[i] * error;
    batch.relative_ += w[i] * error / std::max(std::abs(y[i]), std::numeric_limits<double>::epsilon());
  }
  merge(batch);
}

/// Spreads add up to that of the whole by Chan, Golub & LeVeque 1983.
void Regression::merge(const Regression& other) {
  const double all = count_ + other.count_;
  if (all == 0) return;
  const double distance = other.mean_ - mean_;
  spread_ += other.spread_ + distance * distance * count_ * other.count_ / all;
  mean_ += distance * other.count_ / all;
  count_ = all;
  squared_ += other.squared_;
  absolute_ += other.absolute_;
  relative_ += other.relative_;
  samples_ += other.samples_;
}

double Regression::r2() const {
  if (samples_ < 2) return std::numeric_limits<double>::quiet_NaN();
  if (spread_ == 0) return squared_ == 0 ? 1 : 0;
  return 1 - squared_ / spread_;
}

double Regression::rmse() const { return std::sqrt(mse()); }

}  // namespace lepton::metrics
