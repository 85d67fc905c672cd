// The rule of LAMB up to its direction (You et al. 2020, algorithm 2); lamb.hpp scales it layer by layer.
#pragma once

#include "lepton/optim/rules/adam.hpp"

namespace lepton::optim {

struct LambOptions {
  double lr = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-6;
  double weight_decay = 0;
};

/// direction = m / (sqrt(v) + eps) + weight_decay p, the moments corrected
struct LambRule {
  static constexpr const char* name = "lamb";
  static constexpr const char* slots[] = {"exp_avg", "exp_avg_sq", "direction"};
  static constexpr bool directs = true;
  using Options = LambOptions;

  static LEPTON_HD void advance(StepState& s, const Options& o) { correct_bias(s, o.beta1, o.beta2); }

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[3], const Options& o, const StepState& s) {
    using op::sqrt;
    take_in(g, slot[0], slot[1], o);
    slot[2] = T(s.a) * slot[0] / (sqrt(slot[1]) * T(s.b) + T(o.eps)) + T(o.weight_decay) * p;
  }
};

}  // namespace lepton::optim
