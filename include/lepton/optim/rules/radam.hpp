// The rule of rectified Adam (Liu et al. 2020, algorithm 2).
#pragma once

#include "lepton/optim/rules/adam.hpp"

namespace lepton::optim {

struct RAdamRule {
  static constexpr const char* name = "radam";
  static constexpr const char* slots[] = {"exp_avg", "exp_avg_sq"};
  struct Options {
    double lr = 1e-3;
    double beta1 = 0.9, beta2 = 0.999;
    double eps = 1e-8;
    double weight_decay = 0;              ///< L2 penalty, added to the gradient
    bool decoupled_weight_decay = false;  ///< takes lr weight_decay p off instead, as AdamW does
  };

  /// a m (b / (sqrt(v) + eps) + c) is the step: in the first ones, while the variance of 1 / sqrt(v) has no bound,
  /// plain momentum (b = 0, c = 1), then rectified (c = 0).
  static LEPTON_HD void advance(StepState& s, const Options& o) {
    const double power = op::pow(o.beta2, s.step), limit = 2 / (1 - o.beta2) - 1;
    const double length = limit - 2 * s.step * power / (1 - power);  // rho_t of the paper
    const bool rectified = length > 5;
    s.a = 1 / (1 - op::pow(o.beta1, s.step));
    s.b = rectified ? op::sqrt((1 - power) * (length - 4) * (length - 2) * limit /
                               ((limit - 4) * (limit - 2) * length))
                    : 0;
    s.c = rectified ? 0 : 1;
  }

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[2], const Options& o, const StepState& s) {
    using op::sqrt;
    const double l2 = o.decoupled_weight_decay ? 0 : o.weight_decay;
    const double decay = o.decoupled_weight_decay ? s.lr * o.weight_decay : 0;
    take_in(g + T(l2) * p, slot[0], slot[1], o);
    p = T(1 - decay) * p - T(s.lr * s.a) * slot[0] * (T(s.b) / (sqrt(slot[1]) + T(o.eps)) + T(s.c));
  }
};

}  // namespace lepton::optim
