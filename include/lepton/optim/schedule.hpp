// Learning-rate schedules: values that say what the rate is in a step.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "lepton/core/export.hpp"

namespace lepton::optim {

/// The learning rate of step `step`, counted from 0, of a group whose rate was `base` at the start. Any function will
/// do; those below are PyTorch's, with its names. A Scheduler (scheduler.hpp) sets what they say. They throw where an
/// option makes no sense.
using Schedule = std::function<double(double base, std::int64_t step)>;

/// base gamma^floor(step / step_size)
struct StepLr {
  std::int64_t step_size;
  double gamma = 0.1;
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

/// base gamma^(milestones reached)
struct MultiStepLr {
  std::vector<std::int64_t> milestones;
  double gamma = 0.1;
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

/// base gamma^step
struct ExponentialLr {
  double gamma;
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

/// From base down to eta_min in t_max steps along a cosine, and up again (Loshchilov & Hutter 2017, without restarts).
struct CosineLr {
  std::int64_t t_max;
  double eta_min = 0;
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

/// The same, starting again from base after t_0 steps, then after t_mult times as many, and so on.
struct CosineRestartsLr {
  std::int64_t t_0;
  std::int64_t t_mult = 1;
  double eta_min = 0;
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

/// base times a factor that goes from start_factor to end_factor in total_iters steps: a linear warm-up.
struct LinearLr {
  double start_factor = 1.0 / 3;
  double end_factor = 1;
  std::int64_t total_iters = 5;
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

/// base times `factor` for total_iters steps, then base: a constant warm-up.
struct ConstantLr {
  double factor = 1.0 / 3;
  std::int64_t total_iters = 5;
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

/// base (1 - step / total_iters)^power, and then 0.
struct PolynomialLr {
  std::int64_t total_iters = 5;
  double power = 1;
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

/// One cycle (Smith & Topin 2018): from max_lr / div_factor up to max_lr, and down to the start's final_div_factor-th.
/// Betas and momenta stay.
struct OneCycleLr {
  enum class Anneal { cosine, linear };
  std::int64_t total_steps;
  double max_lr = 0;       ///< 0: the group's own rate
  double pct_start = 0.3;  ///< share of the steps that go up
  Anneal anneal = Anneal::cosine;
  double div_factor = 25, final_div_factor = 1e4;
  bool three_phase = false;  ///< down to the start as fast as up, and then to the end
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

/// base times a function of the step.
struct LambdaLr {
  std::function<double(std::int64_t step)> factor;
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

/// Several at a time: what one gives is the base of the next. Factors multiply.
struct ChainedLr {
  std::vector<Schedule> schedules;
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

/// One after the other: each counts from the milestone that it starts at; there is one milestone less than schedules.
struct SequentialLr {
  std::vector<Schedule> schedules;
  std::vector<std::int64_t> milestones;
  LEPTON_API double operator()(double base, std::int64_t step) const;
};

}  // namespace lepton::optim
