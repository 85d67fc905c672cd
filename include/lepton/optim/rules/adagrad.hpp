// The rule of Adagrad (Duchi et al. 2011, its diagonal form).
#pragma once

#include "lepton/optim/rules/rule.hpp"

namespace lepton::optim {

struct AdagradRule {
  static constexpr const char* name = "adagrad";
  static constexpr const char* slots[] = {"sum"};
  struct Options {
    double lr = 1e-2;
    double lr_decay = 0;      ///< the rate falls as lr / (1 + updates so far * lr_decay)
    double weight_decay = 0;  ///< L2 penalty, added to the gradient
    double initial_accumulator_value = 0;
    double eps = 1e-10;
  };
  static constexpr double initial(const Options& o) { return o.initial_accumulator_value; }

  static LEPTON_HD void advance(StepState& s, const Options& o) { s.a = 1 / (1 + (s.step - 1) * o.lr_decay); }

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[1], const Options& o, const StepState& s) {
    using op::sqrt;
    g = g + T(o.weight_decay) * p;
    slot[0] = slot[0] + g * g;
    p = p - T(s.lr * s.a) * g / (sqrt(slot[0]) + T(o.eps));
  }
};

}  // namespace lepton::optim
