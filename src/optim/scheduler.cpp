// Scheduler and Plateau. Their state is in tensors, so that it is saved like an optimizer's.
#include "lepton/optim/scheduler.hpp"

#include <cmath>
#include <limits>

#include "lepton/tensor/factory.hpp"
#include "src/core/recorder.hpp"

namespace lepton::optim {

Scheduler::Scheduler(Optimizer& optimizer, Schedule schedule)
    : Scheduler(optimizer, std::vector<Schedule>{std::move(schedule)}) {}

Scheduler::Scheduler(Optimizer& optimizer, std::vector<Schedule> schedules)
    : optimizer_(&optimizer), schedules_(std::move(schedules)) {
  if (schedules_.size() != 1 && schedules_.size() != optimizer.groups())
    throw Error("scheduler", std::to_string(schedules_.size()) + " schedules for " +
                                 std::to_string(optimizer.groups()) + " groups; give one, or one for each");
  std::vector<double> bases;
  for (std::size_t g = 0; g < optimizer.groups(); ++g) bases.push_back(optimizer.lr(g));
  const lepton::detail::PauseRecording pause;
  bases_ = tensor(bases, {std::int64_t(bases.size())});
  step_ = zeros({}, {.dtype = f64});
  set(0);
}

void Scheduler::step() {
  if (lepton::detail::current_recorder)
    throw Error("scheduler",
                "step() inside a captured step would be called once, not in its replays; call it after "
                "the step");
  step_.fill_(double(steps() + 1));
  set(steps());
}

std::int64_t Scheduler::steps() const { return std::int64_t(step_.item()); }

void Scheduler::set(std::int64_t step) {
  const auto bases = bases_.span<double>();
  if (bases.size() != optimizer_->groups())
    throw Error("scheduler", "the optimizer has got another group; make the scheduler after that");
  for (std::size_t g = 0; g < bases.size(); ++g)
    optimizer_->set_lr(schedules_[schedules_.size() == 1 ? 0 : g](bases[g], step), g);
}

Optimizer::Named Scheduler::state() const { return {{"last_epoch", step_}, {"base_lrs", bases_}}; }

Plateau::Plateau(Optimizer& optimizer, const PlateauOptions& options)
    : optimizer_(&optimizer), options_(options) {
  if (!(options.factor < 1) || options.patience < 0 || options.cooldown < 0)
    throw Error("plateau", "needs factor < 1, patience >= 0 and cooldown >= 0");
  const lepton::detail::PauseRecording pause;
  const double worst = options.mode == PlateauMode::min ? std::numeric_limits<double>::infinity()
                                                        : -std::numeric_limits<double>::infinity();
  state_ = tensor({worst, 0.0, 0.0});
}

bool Plateau::improves(double metric, double best) const {
  const bool relative = options_.threshold_mode == PlateauThreshold::relative;
  if (options_.mode == PlateauMode::min)
    return metric < (relative ? best * (1 - options_.threshold) : best - options_.threshold);
  return metric > (relative ? best * (1 + options_.threshold) : best + options_.threshold);
}

void Plateau::step(double metric) {
  double* const state = state_.data<double>();
  double &best = state[0], &bad = state[1], &cooldown = state[2];
  if (improves(metric, best)) {
    best = metric;
    bad = 0;
  } else {
    ++bad;
  }
  if (cooldown > 0) {
    --cooldown;
    bad = 0;
  }
  if (bad <= double(options_.patience)) return;
  for (std::size_t g = 0; g < optimizer_->groups(); ++g) {
    const double lr = optimizer_->lr(g), reduced = std::max(lr * options_.factor, options_.min_lr);
    if (lr - reduced > options_.eps) optimizer_->set_lr(reduced, g);
  }
  cooldown = double(options_.cooldown);
  bad = 0;
}

double Plateau::best() const { return state_.select(0, 0).item(); }

Optimizer::Named Plateau::state() const { return {{"plateau", state_}}; }

}  // namespace lepton::optim
