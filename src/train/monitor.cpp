// What is watched lies in a tensor, so that it is saved like everything else.
#include "src/train/monitor.hpp"

#include <cmath>

#include "lepton/tensor/factory.hpp"

namespace lepton::detail {
namespace {

enum Column { kBest, kBestEpoch, kSince, kColumns };

std::optional<optim::Plateau> plateau_of(optim::Optimizer& optimizer, const FitOptions& options) {
  if (!options.plateau) return std::nullopt;
  optim::PlateauOptions with_goal = *options.plateau;
  with_goal.mode = options.goal;
  return optim::Plateau(optimizer, with_goal);
}

}  // namespace

Monitor::Monitor(optim::Optimizer& optimizer, const FitOptions& options)
    : options_(options), plateau_(plateau_of(optimizer, options)), state_(zeros({kColumns}, {.dtype = f64})) {
  if (options.patience < 0)
    throw Error("fit", "patience must not be negative, got " + std::to_string(options.patience));
}

double Monitor::figure_of(const EpochReport& epoch) const {
  if (epoch.validation.empty()) {
    if (options_.monitor.empty() || options_.monitor == "loss") return epoch.loss;
  } else {
    const std::string wanted = options_.monitor.empty() ? "loss" : options_.monitor;
    for (const Figure& f : epoch.validation)
      if (f.name == wanted) return f.value;
  }
  std::string names;
  for (const Figure& f : epoch.validation) names += (names.empty() ? "" : ", ") + f.name;
  throw Error("fit", "there is no figure '" + options_.monitor + "' to monitor" +
                         (names.empty() ? ": there is no validation data" : "; there are " + names));
}

bool Monitor::take(const EpochReport& epoch) {
  const double value = figure_of(epoch);
  double* const state = state_.data<double>();
  const double gain = options_.goal == optim::PlateauMode::min ? state[kBest] - value : value - state[kBest];
  const bool better = std::isfinite(value) && (state[kBestEpoch] == 0 || gain > options_.min_improvement);
  state[kSince] = better ? 0 : state[kSince] + 1;
  if (better) {
    state[kBest] = value;
    state[kBestEpoch] = double(epoch.epoch);
  }
  if (plateau_) plateau_->step(value);
  return better;
}

std::string Monitor::exhausted() const {
  const auto since = std::int64_t(state_.data<double>()[kSince]);
  if (options_.patience == 0 || since < options_.patience) return {};
  return (options_.monitor.empty() ? "loss" : options_.monitor) + " was not better for " +
         std::to_string(since) + " epochs";
}

double Monitor::best() const { return state_.data<double>()[kBest]; }
std::int64_t Monitor::best_epoch() const { return std::int64_t(state_.data<double>()[kBestEpoch]); }

optim::Optimizer::Named Monitor::state() const {
  optim::Optimizer::Named result{{"monitor.state", state_}};
  if (plateau_)
    for (const auto& [name, t] : plateau_->state()) result.emplace_back("plateau." + name, t);
  return result;
}

}  // namespace lepton::detail
