// The rule of stochastic gradient descent.
#pragma once

#include "lepton/optim/rules/rule.hpp"

namespace lepton::optim {

struct SgdRule {
  static constexpr const char* name = "sgd";
  static constexpr const char* slots[] = {"momentum_buffer"};
  struct Options {
    double lr = 1e-3;
    double momentum = 0;
    double weight_decay = 0;  ///< L2 penalty, added to the gradient
  };

  static LEPTON_HD void advance(StepState&, const Options&) {}

  // The first step takes v = g: the buffer starts at zero, so momentum * v vanishes by itself.
  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[1], const Options& o, const StepState& s) {
    g = g + T(o.weight_decay) * p;
    slot[0] = T(o.momentum) * slot[0] + g;
    p = p - T(s.lr) * slot[0];
  }
};

}  // namespace lepton::optim
