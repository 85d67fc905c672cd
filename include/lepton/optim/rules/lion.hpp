// The rule of Lion (Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", algorithm 2).
#pragma once

#include "lepton/optim/rules/rule.hpp"

namespace lepton::optim {

struct LionRule {
  static constexpr const char* name = "lion";
  static constexpr const char* slots[] = {"exp_avg"};
  struct Options {
    double lr = 1e-4;
    double beta1 = 0.9, beta2 = 0.99;
    double weight_decay = 0;  ///< share of the parameter that a step takes off, times lr
  };

  static LEPTON_HD void advance(StepState&, const Options&) {}

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[1], const Options& o, const StepState& s) {
    using op::select;
    const T c = T(o.beta1) * slot[0] + T(1 - o.beta1) * g;
    const T sign = select(c > T(0.0), T(1.0), select(c < T(0.0), T(-1.0), c));  // 0 and NaN stay
    slot[0] = T(o.beta2) * slot[0] + T(1 - o.beta2) * g;
    p = T(1 - s.lr * o.weight_decay) * p - T(s.lr) * sign;
  }
};

}  // namespace lepton::optim
