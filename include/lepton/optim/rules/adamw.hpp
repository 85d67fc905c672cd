// The rules of Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2), and its AMSGrad.
#pragma once

#include "lepton/optim/rules/adam.hpp"

namespace lepton::optim {

struct AdamWOptions {
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 1e-2;  ///< share of the parameter that a step takes off, times lr
  bool amsgrad = false;        ///< divides by the largest second moment so far
};

struct AdamWRule {
  static constexpr const char* name = "adamw";
  static constexpr const char* slots[] = {"exp_avg", "exp_avg_sq"};
  using Options = AdamWOptions;
  static constexpr bool fits(const Options& o) { return !o.amsgrad; }

  static LEPTON_HD void advance(StepState& s, const Options& o) { correct_bias(s, o.beta1, o.beta2); }

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[2], const Options& o, const StepState& s) {
    take_in(g, slot[0], slot[1], o);
    p = T(1 - s.lr * o.weight_decay) * p - adam_step(slot[0], slot[1], o, s);
  }
};

struct AmsgradWRule {
  static constexpr const char* name = "adamw";
  static constexpr const char* slots[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  using Options = AdamWOptions;

  static LEPTON_HD void advance(StepState& s, const Options& o) { correct_bias(s, o.beta1, o.beta2); }

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[3], const Options& o, const StepState& s) {
    using op::maximum;
    take_in(g, slot[0], slot[1], o);
    slot[2] = maximum(slot[2], slot[1]);
    p = T(1 - s.lr * o.weight_decay) * p - adam_step(slot[0], slot[2], o, s);
  }
};

}  // namespace lepton::optim
