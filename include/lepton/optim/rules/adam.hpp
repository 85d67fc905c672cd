// The rule of Adam (Kingma & Ba 2015, algorithm 1).
#pragma once

#include "lepton/optim/rules/rule.hpp"

namespace lepton::optim {

struct AdamRule {
  static constexpr const char* name = "adam";
  static constexpr const char* slots[] = {"exp_avg", "exp_avg_sq"};
  struct Options {
    double lr = 1e-3;
    double beta1 = 0.9, beta2 = 0.999;
    double eps = 1e-8;
    double weight_decay = 0;  ///< L2 penalty, added to the gradient
  };

  /// a = 1 / (1 - beta1^step), b = 1 / sqrt(1 - beta2^step)
  static LEPTON_HD void advance(StepState& s, const Options& o) {
    s.a = 1 / (1 - op::pow(o.beta1, s.step));
    s.b = 1 / op::sqrt(1 - op::pow(o.beta2, s.step));
  }

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[2], const Options& o, const StepState& s) {
    using op::sqrt;
    g = g + T(o.weight_decay) * p;
    slot[0] = T(o.beta1) * slot[0] + T(1 - o.beta1) * g;
    slot[1] = T(o.beta2) * slot[1] + T(1 - o.beta2) * g * g;
    p = p - T(s.lr * s.a) * slot[0] / (sqrt(slot[1]) * T(s.b) + T(o.eps));
  }
};

}  // namespace lepton::optim
