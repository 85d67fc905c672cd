// Losses of numbers and of distributions, composed.
#include "lepton/ops/regression_loss.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "lepton/ops/formula/unary.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/reduction.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// With c the difference d limited to +-delta, c (d - c / 2) is d^2 / 2 within and delta (|d| - delta / 2) outside.
Tensor huber(const Tensor& x, const Tensor& target, double delta) {
  const Tensor d = x - target, c = clamp(d, -delta, delta);
  return c * (d - 0.5 * c);
}

/// Sum of f(p) over tensors.
template <class F> Tensor total(const std::vector<Tensor>& parameters, const char* op, F&& f) {
  if (parameters.empty()) throw Error(op, "of no tensors");
  Tensor all;
  for (const Tensor& p : parameters) {
    detail::require_computable(p, op);
    const Tensor part = sum(f(p));
    all = all.defined() ? all + part : part;
  }
  return all;
}

}  // namespace

Tensor huber_loss(const Tensor& x, const Tensor& target, const HuberOptions& o) {
  detail::check_pair(x, target, "huber_loss");
  if (!(o.delta > 0)) throw Error("huber_loss", "delta must be positive");
  return detail::reduced(huber(x, target, o.delta), o.reduction);
}

Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, const SmoothL1Options& o) {
  detail::check_pair(x, target, "smooth_l1_loss");
  if (!(o.beta >= 0)) throw Error("smooth_l1_loss", "beta must not be negative");
  if (o.beta == 0) return detail::reduced(abs(x - target), o.reduction);
  return detail::reduced(huber(x, target, o.beta) / o.beta, o.reduction);
}

Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, const PoissonNllOptions& o) {
  detail::check_pair(x, target, "poisson_nll_loss");
  Tensor losses = o.log_input ? exp(x) - target * x : x - target * log(x + o.eps);
  if (o.full) {
    const Tensor large = target > 1, t = where(large, target, ones_like(target));
    const Tensor stirling = t * log(t) - t + 0.5 * log(2 * std::numbers::pi * t);
    losses = losses + where(large, stirling, zeros_like(target));
  }
  return detail::reduced(losses, o.reduction);
}

Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& var,
                         const GaussianNllOptions& o) {
  constexpr auto kOp = "gaussian_nll_loss";
  detail::check_pair(x, target, kOp);
  Shape one = x.shape();
  if (x.rank() > 0) one[x.rank() - 1] = 1;
  if ((var.shape() != x.shape() && var.shape() != one) || var.dtype() != x.dtype())
    throw Error(kOp, "var " + to_string(var.shape()) + " does not fit input " + to_string(x.shape()));
  // The difference to the raised variance is off the tape, so that the gradient passes as if it had not been raised.
  const Tensor raised = var + (clamp(var, o.eps, kInfinity) - var).detach();
  Tensor losses = 0.5 * (log(raised) + square(x - target) / raised);
  if (o.full) losses = losses + 0.5 * std::log(2 * std::numbers::pi);
  return detail::reduced(losses, o.reduction);
}

Tensor kl_div(const Tensor& x, const Tensor& target, const KlDivOptions& o) {
  detail::check_pair(x, target, "kl_div");
  if (o.log_target) return detail::reduced(exp(target) * (target - x), o.reduction);
  const Tensor t = where(target > 0, target, ones_like(target));
  return detail::reduced(t * log(t) - target * x, o.reduction);
}

Tensor l1_penalty(const std::vector<Tensor>& parameters) {
  return total(parameters, "l1_penalty", [](const Tensor& p) { return abs(p); });
}
Tensor l2_penalty(const std::vector<Tensor>& parameters) {
  return total(parameters, "l2_penalty", [](const Tensor& p) { return square(p); });
}

}  // namespace lepton
