// Distributions that are made of uniform numbers, so that captured steps draw anew in each replay as those do.
#include <cmath>
#include <numbers>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/maths.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/scan.hpp"
#include "lepton/ops/sort.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

Tensor uniform_like(const Tensor& x) { return rand(x.shape(), {.dtype = x.dtype(), .device = x.device()}); }

/// How many of the running shares of its row each uniform number has reached.
Tensor by_share(const Tensor& weights, std::int64_t n) {
  const Tensor running = cumsum(weights), shares = running / running.slice(-1, -1);
  Shape shape = weights.shape();
  shape[shape.rank() - 1] = n;
  const Tensor u = rand(shape, {.dtype = f64, .device = weights.device()});
  return sum(shares.unsqueeze(-2) <= u.unsqueeze(-1), {-1});
}

}  // namespace

Tensor exponential(const Shape& shape, double rate, TensorOptions options) {
  if (!(rate > 0)) throw Error("exponential", "the rate must be positive, got " + std::to_string(rate));
  return log1p(-rand(shape, options)) / -rate;
}

Tensor log_normal(const Shape& shape, double mean, double deviation, TensorOptions options) {
  return exp(normal(shape, mean, deviation, options));
}

Tensor cauchy(const Shape& shape, double median, double scale, TensorOptions options) {
  return median + scale * tan(std::numbers::pi * (rand(shape, options) - 0.5));
}

Tensor laplace(const Shape& shape, double mean, double scale, TensorOptions options) {
  const Tensor above = exponential(shape, 1, options);  // one after the other: arguments have no order
  return mean + scale * (above - exponential(shape, 1, options));
}

Tensor geometric(const Shape& shape, double p, TensorOptions options) {
  if (!(p > 0 && p < 1)) throw Error("geometric", "p must lie in (0, 1), got " + std::to_string(p));
  return floor(log1p(-rand(shape, options)) / std::log1p(-p)) + 1;
}

Tensor truncated_normal(const Shape& shape, double mean, double deviation, double low, double high,
                        TensorOptions options) {
  if (!(deviation > 0 && low < high))
    throw Error("truncated_normal", "needs a positive deviation and low < high");
  const auto share = [&](double x) { return std::erf((x - mean) / (deviation * std::numbers::sqrt2)); };
  const Tensor z = erfinv(uniform(shape, share(low), share(high), options));
  return clamp(mean + deviation * std::numbers::sqrt2 * z, low, high);
}

Tensor bernoulli(const Tensor& p) {
  detail::require_computable(p, "bernoulli");
  const Tensor fixed = p.detach();
  return cast(uniform_like(fixed) < fixed, p.dtype());
}

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, TensorOptions options) {
  const double range = double(high) - double(low);
  if (!(range >= 1 && range <= 0x1p32))
    throw Error("randint", "needs low < high, at most 2^32 apart, got " + std::to_string(low) + " and " +
                               std::to_string(high));
  const Tensor steps = cast(rand(shape, {.dtype = f64, .device = options.device}) * range, i64);
  return cast(steps + double(low), options.dtype);
}

Tensor randperm(std::int64_t n, Device device) {
  if (n < 0) throw Error("randperm", "of " + std::to_string(n) + " numbers");
  return argsort(rand({n}, {.dtype = f64, .device = device}));
}

Tensor multinomial(const Tensor& weights, std::int64_t n, bool replacement) {
  if (weights.rank() == 0 || weights.size(-1) == 0)
    throw Error("multinomial", "needs weights [..., C], got " + to_string(weights.shape()));
  if (n < 0 || (!replacement && n > weights.size(-1)))
    throw Error("multinomial", std::to_string(n) + " of " + std::to_string(weights.size(-1)) +
                                   " places without replacement");
  const NoGrad no_grad;
  const Tensor w = cast(weights.detach(), f64);
  if (replacement) return by_share(w, n);
  // The first of exponential clocks that run at the weights' rates, the second, and so on (Efraimidis & Spirakis 2006).
  return topk(w / exponential(w.shape(), 1, {.dtype = f64, .device = w.device()}), n).indices;
}

}  // namespace lepton
