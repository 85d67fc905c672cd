// The rule of NAdam, Adam with Nesterov's momentum (Dozat 2016), with PyTorch's momentum decay.
#pragma once

#include "lepton/optim/rules/adam.hpp"

namespace lepton::optim {

struct NAdamRule {
  static constexpr const char* name = "nadam";
  static constexpr const char* slots[] = {"exp_avg", "exp_avg_sq"};
  struct Options {
    double lr = 2e-3;
    double beta1 = 0.9, beta2 = 0.999;
    double eps = 1e-8;
    double weight_decay = 0;  ///< L2 penalty, added to the gradient
    double momentum_decay = 4e-3;
    bool decoupled_weight_decay = false;  ///< takes lr weight_decay p off instead, as AdamW does
  };

  /// The momentum of a step: beta1 (1 - 0.96^(step decay) / 2)
  static LEPTON_HD double momentum(double step, const Options& o) {
    return o.beta1 * (1 - 0.5 * op::pow(0.96, step * o.momentum_decay));
  }

  /// a, c: shares of the gradient and of the first moment; d: the product of all momenta so far
  static LEPTON_HD void advance(StepState& s, const Options& o) {
    const double now = momentum(s.step, o), next = momentum(s.step + 1, o);
    s.d = (s.step == 1 ? 1 : s.d) * now;
    s.a = (1 - now) / (1 - s.d);
    s.b = 1 / op::sqrt(1 - op::pow(o.beta2, s.step));
    s.c = next / (1 - s.d * next);
  }

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[2], const Options& o, const StepState& s) {
    using op::sqrt;
    const double l2 = o.decoupled_weight_decay ? 0 : o.weight_decay;
    const double decay = o.decoupled_weight_decay ? s.lr * o.weight_decay : 0;
    g = g + T(l2) * p;
    take_in(g, slot[0], slot[1], o);
    p = T(1 - decay) * p -
        (T(s.lr * s.a) * g + T(s.lr * s.c) * slot[0]) / (sqrt(slot[1]) * T(s.b) + T(o.eps));
  }
};

}  // namespace lepton::optim
