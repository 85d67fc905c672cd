// The rules of Adam (Kingma & Ba 2015, algorithm 1), and of AMSGrad (Reddi et al. 2018, algorithm 2).
#pragma once

#include "lepton/optim/rules/rule.hpp"

namespace lepton::optim {

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;  ///< L2 penalty, added to the gradient
  bool amsgrad = false;     ///< divides by the largest second moment so far
};

/// a = 1 / (1 - beta1^step), b = 1 / sqrt(1 - beta2^step)
LEPTON_HD void correct_bias(StepState& s, double beta1, double beta2) {
  s.a = 1 / (1 - op::pow(beta1, s.step));
  s.b = 1 / op::sqrt(1 - op::pow(beta2, s.step));
}

/// The moments m and v take in g.
template <class T, class Options> LEPTON_HD void take_in(T g, T& m, T& v, const Options& o) {
  m = T(o.beta1) * m + T(1 - o.beta1) * g;
  v = T(o.beta2) * v + T(1 - o.beta2) * g * g;
}

/// What Adam subtracts: lr m / (sqrt(v) + eps), both corrected.
template <class T, class Options> LEPTON_HD T adam_step(T m, T v, const Options& o, const StepState& s) {
  using op::sqrt;
  return T(s.lr * s.a) * m / (sqrt(v) * T(s.b) + T(o.eps));
}

struct AdamRule {
  static constexpr const char* name = "adam";
  static constexpr const char* slots[] = {"exp_avg", "exp_avg_sq"};
  using Options = AdamOptions;
  static constexpr bool fits(const Options& o) { return !o.amsgrad; }

  static LEPTON_HD void advance(StepState& s, const Options& o) { correct_bias(s, o.beta1, o.beta2); }

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[2], const Options& o, const StepState& s) {
    take_in(g + T(o.weight_decay) * p, slot[0], slot[1], o);
    p = p - adam_step(slot[0], slot[1], o, s);
  }
};

struct AmsgradRule {
  static constexpr const char* name = "adam";
  static constexpr const char* slots[] = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  using Options = AdamOptions;

  static LEPTON_HD void advance(StepState& s, const Options& o) { correct_bias(s, o.beta1, o.beta2); }

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[3], const Options& o, const StepState& s) {
    using op::maximum;
    take_in(g + T(o.weight_decay) * p, slot[0], slot[1], o);
    slot[2] = maximum(slot[2], slot[1]);
    p = p - adam_step(slot[0], slot[2], o, s);
  }
};

}  // namespace lepton::optim
