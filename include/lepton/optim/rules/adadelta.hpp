// The rule of Adadelta (Zeiler 2012, algorithm 1), with PyTorch's learning rate.
#pragma once

#include "lepton/optim/rules/rule.hpp"

namespace lepton::optim {

struct AdadeltaRule {
  static constexpr const char* name = "adadelta";
  static constexpr const char* slots[] = {"square_avg", "acc_delta"};
  struct Options {
    double lr = 1;
    double rho = 0.9;
    double eps = 1e-6;
    double weight_decay = 0;  ///< L2 penalty, added to the gradient
  };

  static LEPTON_HD void advance(StepState&, const Options&) {}

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[2], const Options& o, const StepState& s) {
    using op::sqrt;
    g = g + T(o.weight_decay) * p;
    slot[0] = T(o.rho) * slot[0] + T(1 - o.rho) * g * g;
    const T delta = sqrt(slot[1] + T(o.eps)) / sqrt(slot[0] + T(o.eps)) * g;
    slot[1] = T(o.rho) * slot[1] + T(1 - o.rho) * delta * delta;
    p = p - T(s.lr) * delta;
  }
};

}  // namespace lepton::optim
