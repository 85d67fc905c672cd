// The rule of Adamax (Kingma & Ba 2015, algorithm 2).
#pragma once

#include "lepton/optim/rules/rule.hpp"

namespace lepton::optim {

struct AdamaxRule {
  static constexpr const char* name = "adamax";
  static constexpr const char* slots[] = {"exp_avg", "exp_inf"};
  struct Options {
    double lr = 2e-3;
    double beta1 = 0.9, beta2 = 0.999;
    double eps = 1e-8;
    double weight_decay = 0;  ///< L2 penalty, added to the gradient
  };

  static LEPTON_HD void advance(StepState& s, const Options& o) { s.a = 1 / (1 - op::pow(o.beta1, s.step)); }

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[2], const Options& o, const StepState& s) {
    using op::abs, op::maximum;
    g = g + T(o.weight_decay) * p;
    slot[0] = T(o.beta1) * slot[0] + T(1 - o.beta1) * g;
    slot[1] = maximum(T(o.beta2) * slot[1], abs(g) + T(o.eps));
    p = p - T(s.lr * s.a) * slot[0] / slot[1];
  }
};

}  // namespace lepton::optim
