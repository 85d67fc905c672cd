// The equations of the schedules.
#include "lepton/optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "lepton/core/error.hpp"

namespace lepton::optim {
namespace {

void require(bool holds, const char* schedule, const char* what) {
  if (!holds) throw Error(schedule, what);
}

/// From `start` to `end` as `share` goes from 0 to 1, along half a cosine.
double cosine(double start, double end, double share) {
  return end + (start - end) * (1 + std::cos(std::numbers::pi * share)) / 2;
}

std::int64_t reached(const std::vector<std::int64_t>& milestones, std::int64_t step) {
  return std::upper_bound(milestones.begin(), milestones.end(), step) - milestones.begin();
}

}  // namespace

double StepLr::operator()(double base, std::int64_t step) const {
  require(step_size > 0, "StepLr", "step_size must be above 0");
  return base * std::pow(gamma, double(step / step_size));
}

double MultiStepLr::operator()(double base, std::int64_t step) const {
  require(std::is_sorted(milestones.begin(), milestones.end()), "MultiStepLr", "milestones must be in order");
  return base * std::pow(gamma, double(reached(milestones, step)));
}

double ExponentialLr::operator()(double base, std::int64_t step) const {
  return base * std::pow(gamma, double(step));
}

double CosineLr::operator()(double base, std::int64_t step) const {
  require(t_max > 0, "CosineLr", "t_max must be above 0");
  return cosine(base, eta_min, double(step) / double(t_max));
}

double CosineRestartsLr::operator()(double base, std::int64_t step) const {
  require(t_0 > 0 && t_mult > 0, "CosineRestartsLr", "t_0 and t_mult must be above 0");
  std::int64_t length = t_0;
  if (t_mult == 1) step %= t_0;
  for (; step >= length; length *= t_mult) step -= length;
  return cosine(base, eta_min, double(step) / double(length));
}

double LinearLr::operator()(double base, std::int64_t step) const {
  require(total_iters > 0, "LinearLr", "total_iters must be above 0");
  const double share = double(std::min(step, total_iters)) / double(total_iters);
  return base * (start_factor + (end_factor - start_factor) * share);
}

double ConstantLr::operator()(double base, std::int64_t step) const {
  return step < total_iters ? base * factor : base;
}

double PolynomialLr::operator()(double base, std::int64_t step) const {
  require(total_iters > 0, "PolynomialLr", "total_iters must be above 0");
  return base * std::pow(1 - double(std::min(step, total_iters)) / double(total_iters), power);
}

double OneCycleLr::operator()(double base, std::int64_t step) const {
  require(total_steps > 0 && pct_start >= 0 && pct_start <= 1, "OneCycleLr",
          "needs total_steps above 0 and pct_start between 0 and 1");
  const double top = max_lr > 0 ? max_lr : base, start = top / div_factor, end = start / final_div_factor;
  const double up = pct_start * double(total_steps), last = double(total_steps - 1);
  struct Phase {
    double until, from, to;
  };
  const Phase two[] = {{up - 1, start, top}, {last, top, end}};
  const Phase three[] = {{up - 1, start, top}, {2 * up - 2, top, start}, {last, start, end}};
  const Phase* phase = three_phase ? three : two;
  const double at = std::min(double(step), last);
  double begin = 0;
  while (at > phase->until && phase->until < last) begin = phase++->until;
  const double share = phase->until > begin ? (at - begin) / (phase->until - begin) : 1;
  if (anneal == Anneal::linear) return phase->from + (phase->to - phase->from) * share;
  return cosine(phase->from, phase->to, share);
}

double LambdaLr::operator()(double base, std::int64_t step) const { return base * factor(step); }

double ChainedLr::operator()(double base, std::int64_t step) const {
  for (const Schedule& s : schedules) base = s(base, step);
  return base;
}

double SequentialLr::operator()(double base, std::int64_t step) const {
  require(schedules.size() == milestones.size() + 1 && std::is_sorted(milestones.begin(), milestones.end()),
          "SequentialLr", "needs milestones in order, one less than schedules");
  const auto i = std::size_t(reached(milestones, step));
  return schedules[i](base, i == 0 ? step : step - milestones[i - 1]);
}

}  // namespace lepton::optim
