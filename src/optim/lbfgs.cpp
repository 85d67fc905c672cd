// L-BFGS: the two-loop recursion over flat vectors of all parameters.
#include "lepton/optim/lbfgs.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/core/recorder.hpp"
#include "src/optim/line_search.hpp"
#include "src/optim/parameters.hpp"

namespace lepton::optim {
namespace {

/// What counters_ holds.
enum Counter { kIterations, kPairs, kOldest, kStep, kScale, kCounters };

double dot(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }
double largest(const Tensor& a) { return max(abs(a)).item(); }

}  // namespace

Lbfgs::Lbfgs(std::vector<Tensor> parameters, const Options& options) : Optimizer("lbfgs"), options_(options) {
  if (options.max_iter < 1 || options.history_size < 1)
    throw Error(name(), "needs max_iter and history_size of at least 1");
  append(std::move(parameters), options.lr);
  if (options_.max_eval == 0) options_.max_eval = options.max_iter * 5 / 4;
  const Tensor& first = this->parameters()[0];
  for (const Tensor& p : this->parameters()) {
    if (p.dtype() != first.dtype()) throw Error(name(), "needs parameters of one type");
    size_ += p.numel();
  }
  const lepton::detail::PauseRecording pause;
  const TensorOptions like{.dtype = first.dtype(), .device = first.device()};
  changes_ = zeros({options.history_size, size_}, like);
  moves_ = zeros({options.history_size, size_}, like);
  inverse_ = zeros({options.history_size}, {.dtype = f64});
  direction_ = zeros({size_}, like);
  previous_ = zeros({size_}, like);
  counters_ = zeros({kCounters}, {.dtype = f64});
  counters_.data<double>()[kScale] = 1;
}

Tensor Lbfgs::run(const StepOptions&) {
  throw Error(
      name(),
      "a step needs a closure that computes the loss and its gradients: step([&] { ... return loss; })");
}

double Lbfgs::evaluate(const std::function<Tensor()>& closure) {
  const EnableGrad grad;
  return closure().item();
}

Tensor Lbfgs::flat_gradient() const {
  std::vector<Tensor> parts;
  for (const Tensor& p : parameters()) {
    const Tensor g = p.grad();
    parts.push_back(g.defined() ? g.to(p.dtype()).contiguous().flatten() : zeros_like(p).flatten());
  }
  return cat(parts, 0);
}

/// Every parameter goes t along the direction.
void Lbfgs::move(double t, const Tensor& direction) const {
  std::int64_t at = 0;
  for (const Tensor& p : parameters()) {
    p.add_(direction.slice(0, at, at + p.numel()).reshape(p.shape()), t);
    at += p.numel();
  }
}

/// Keeps what the last iteration changed, unless the loss does not curve upwards there.
void Lbfgs::remember(const Tensor& gradient) {
  double* const c = counters_.data<double>();
  const Tensor change = gradient - previous_, moved = direction_ * c[kStep];
  const double curvature = dot(change, moved);
  if (!(curvature > 1e-10)) return;
  const std::int64_t most = options_.history_size;
  std::int64_t at = std::int64_t(c[kPairs]);
  if (at == most) {
    at = std::int64_t(c[kOldest]);
    c[kOldest] = double((at + 1) % most);
  } else {
    c[kPairs] += 1;
  }
  changes_.select(0, at).copy_(change);
  moves_.select(0, at).copy_(moved);
  inverse_.data<double>()[at] = 1 / curvature;
  c[kScale] = curvature / dot(change, change);
}

/// The two-loop recursion: the approximate inverse Hessian times the negative gradient.
Tensor Lbfgs::direction(const Tensor& gradient) const {
  const double *const c = counters_.data<double>(), *const inverse = inverse_.data<double>();
  const std::int64_t pairs = std::int64_t(c[kPairs]);
  std::vector<double> alpha(static_cast<std::size_t>(pairs));
  const auto place = [&](std::int64_t i) { return (std::int64_t(c[kOldest]) + i) % options_.history_size; };
  Tensor q = -gradient;
  for (std::int64_t i = pairs - 1; i >= 0; --i) {
    const std::int64_t at = place(i);
    const double a = alpha[std::size_t(i)] = dot(moves_.select(0, at), q) * inverse[at];
    q.add_(changes_.select(0, at), -a);
  }
  q = q * c[kScale];
  for (std::int64_t i = 0; i < pairs; ++i) {
    const std::int64_t at = place(i);
    const double beta = dot(changes_.select(0, at), q) * inverse[at];
    q.add_(moves_.select(0, at), alpha[std::size_t(i)] - beta);
  }
  return q;
}

/// Looks along the direction, and leaves the parameters where they are.
detail::LineSearchResult Lbfgs::search(const std::function<Tensor()>& closure, const detail::LinePoint& start,
                                       double t, std::int64_t most) {
  std::vector<Tensor> origin;
  for (const Tensor& p : parameters()) origin.push_back(p.detach().clone());
  const auto at = [&](double distance) {
    move(distance, direction_);
    detail::LinePoint point{distance, evaluate(closure), 0, flat_gradient()};
    point.slope = dot(point.gradient, direction_);
    for (std::size_t i = 0; i < origin.size(); ++i) parameters()[i].copy_(origin[i]);
    return point;
  };
  return detail::strong_wolfe(at, start, t, largest(direction_), options_.tolerance_change, most);
}

double Lbfgs::step(const std::function<Tensor()>& closure) {
  if (lepton::detail::current_recorder)
    throw Error(name(),
                "cannot be captured: it decides from the losses how to go on; call it outside of compile");
  detail::check_owners(name(), parameters());
  const NoGrad no_grad;
  double* const c = counters_.data<double>();
  const double first_loss = evaluate(closure);
  double loss = first_loss;
  Tensor gradient = flat_gradient();
  std::int64_t evaluations = 1;
  if (largest(gradient) <= options_.tolerance_grad) return first_loss;

  for (std::int64_t i = 1;; ++i) {
    c[kIterations] += 1;
    const bool very_first = c[kIterations] == 1;
    if (!very_first) remember(gradient);
    direction_.copy_(very_first ? -gradient : direction(gradient));
    previous_.copy_(gradient);
    const double loss_before = loss;
    double t = lr() * (very_first ? std::min(1.0, 1 / sum(abs(gradient)).item()) : 1);
    c[kStep] = t;
    const double slope = dot(gradient, direction_);
    if (slope > -options_.tolerance_change) break;

    if (options_.line_search == Options::LineSearch::strong_wolfe) {
      const auto found = search(closure, {0, loss, slope, gradient}, t, options_.max_eval - evaluations);
      evaluations += found.evaluations;
      loss = found.point.loss;
      gradient = found.point.gradient;
      c[kStep] = t = found.point.t;
      move(t, direction_);
    } else {
      move(t, direction_);
      if (i == options_.max_iter) break;
      loss = evaluate(closure);
      gradient = flat_gradient();
      ++evaluations;
    }
    if (i == options_.max_iter || evaluations >= options_.max_eval) break;
    if (largest(gradient) <= options_.tolerance_grad) break;
    if (largest(direction_) * std::abs(t) <= options_.tolerance_change) break;
    if (std::abs(loss - loss_before) < options_.tolerance_change) break;
  }
  return first_loss;
}

std::int64_t Lbfgs::steps() const { return std::int64_t(counters_.select(0, kIterations).item()); }

Optimizer::Named Lbfgs::state() const {
  return {{"old_dirs", changes_},        {"old_stps", moves_},    {"ro", inverse_},      {"d", direction_},
          {"prev_flat_grad", previous_}, {"counters", counters_}, {"lr.0", lr_tensor(0)}};
}

}  // namespace lepton::optim
