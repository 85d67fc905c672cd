// The rules of stochastic gradient descent: plain, and with momentum (Sutskever et al. 2013).
#pragma once

#include "lepton/optim/rules/rule.hpp"

namespace lepton::optim {

struct SgdOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;     ///< share of the gradient that the momentum leaves out
  double weight_decay = 0;  ///< L2 penalty, added to the gradient
  bool nesterov = false;    ///< looks ahead along the momentum; it needs one, and no dampening
};

/// p -= lr g
struct PlainSgdRule {
  static constexpr const char* name = "sgd";
  using Options = SgdOptions;
  static constexpr bool fits(const Options& o) { return o.momentum == 0; }

  static LEPTON_HD void advance(StepState&, const Options&) {}

  template <class T> static LEPTON_HD void update(T& p, T g, T (&)[1], const Options& o, const StepState& s) {
    p = p - T(s.lr) * (g + T(o.weight_decay) * p);
  }
};

struct SgdRule {
  static constexpr const char* name = "sgd";
  static constexpr const char* slots[] = {"momentum_buffer"};
  using Options = SgdOptions;

  /// The first step takes the whole gradient. What p moves by is a g + b v.
  static LEPTON_HD void advance(StepState& s, const Options& o) {
    s.a = o.nesterov ? 1 : 0;
    s.b = o.nesterov ? o.momentum : 1;
    s.c = s.step == 1 ? 1 : 1 - o.dampening;
  }

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[1], const Options& o, const StepState& s) {
    g = g + T(o.weight_decay) * p;
    slot[0] = T(o.momentum) * slot[0] + T(s.c) * g;
    p = p - T(s.lr) * (T(s.a) * g + T(s.b) * slot[0]);
  }
};

}  // namespace lepton::optim
