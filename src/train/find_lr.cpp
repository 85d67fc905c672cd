// The learning-rate range test.
#include "lepton/train/find_lr.hpp"

#include <algorithm>
#include <cmath>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/data/loader.hpp"
#include "src/train/evaluation.hpp"
#include "src/train/mode_guard.hpp"
#include "src/train/updater.hpp"

namespace lepton::detail {
namespace {

/// Puts the values of tensors back.
class ValuesGuard {
 public:
  explicit ValuesGuard(const optim::Optimizer::Named& tensors) {
    for (const auto& [name, t] : tensors) values_.emplace_back(t, t.detach().clone());
  }
  ~ValuesGuard() {
    const NoGrad no_grad;
    for (const auto& [t, value] : values_) t.copy_(value);
  }
  ValuesGuard(const ValuesGuard&) = delete;
  ValuesGuard& operator=(const ValuesGuard&) = delete;

 private:
  std::vector<std::pair<Tensor, Tensor>> values_;
};

/// Where the loss falls fastest by the logarithm of the rate, whose steps are all the same.
double steepest(const LrCurve& curve) {
  const auto least = std::size_t(std::min_element(curve.loss.begin(), curve.loss.end()) - curve.loss.begin());
  std::size_t best = 0;
  double slope = 0;
  for (std::size_t i = 1; i + 1 < curve.loss.size() && i <= least; ++i)
    if (const double here = (curve.loss[i + 1] - curve.loss[i - 1]) / 2; here < slope) {
      slope = here;
      best = i;
    }
  if (slope == 0) throw Error("find_lr", "the loss does not fall at any of these rates");
  return curve.lr[best];
}

void check(const FindLrOptions& o) {
  if (!(o.from > 0) || !(o.to > o.from) || o.steps < 10 || !(o.smoothing >= 0 && o.smoothing < 1) ||
      !(o.diverged > 1))
    throw Error("find_lr", "needs 0 < from < to, steps >= 10, 0 <= smoothing < 1 and diverged > 1");
}

}  // namespace

LrCurve find_lr(Task& task, optim::Optimizer& optimizer, const data::Dataset& train,
                const FindLrOptions& options) {
  check(options);
  const ModeGuard modes(task.module());
  const GeneratorGuard generator;
  const ValuesGuard model(task.module().state()), state(optimizer.state());
  task.module().train();
  const Device device = device_of(task.module());
  data::Loader loader(train,
                      {.batch_size = options.batch_size, .seed = options.seed, .workers = options.workers});
  const FitOptions fit_options;
  Updater updater(task, optimizer, fit_options);
  LrCurve curve;
  const double factor = std::pow(options.to / options.from, 1 / double(options.steps - 1));
  double mean = 0, least = INFINITY;
  for (std::int64_t step = 0; step < options.steps;) {
    for (data::Batch& read : loader) {
      const double lr = options.from * std::pow(factor, double(step));
      optimizer.set_lr(lr);
      const double loss = updater.step(moved(std::move(read), device), 1, true).loss;
      ++step;
      mean = options.smoothing * mean + (1 - options.smoothing) * loss;
      const double smooth =
          mean / (1 - std::pow(options.smoothing, double(step)));  // as if it had begun earlier
      if (!std::isfinite(loss) || smooth > options.diverged * least) step = options.steps;
      else {
        curve.lr.push_back(lr);
        curve.loss.push_back(smooth);
        least = std::min(least, smooth);
      }
      if (step >= options.steps) break;
    }
  }
  optimizer.zero_grad();
  curve.suggestion = steepest(curve);
  return curve;
}

}  // namespace lepton::detail
