// The rule of Muon up to its direction (Jordan et al. 2024, kellerjordan.github.io/posts/muon); muon.hpp makes
// that orthogonal.
#pragma once

#include "lepton/optim/rules/rule.hpp"

namespace lepton::optim {

struct MuonOptions {
  double lr = 1e-3;
  double weight_decay = 0.1;  ///< share of the parameter that a step takes off, times lr
  double momentum = 0.95;
  double eps = 1e-7;  ///< least norm that the direction is divided by
  std::int32_t iterations = 5;
  bool nesterov = true;
  /// What lr is multiplied with for a matrix [m, n]: sqrt(max(1, m / n)), 0.2 sqrt(max(m, n)), or nothing.
  enum class AdjustLr : std::int8_t { original, match_rms_adamw, none } adjust_lr = AdjustLr::original;
};

/// The momentum, or Nesterov's look ahead of it.
struct MuonRule {
  static constexpr const char* name = "muon";
  static constexpr const char* slots[] = {"momentum_buffer", "direction"};
  static constexpr bool directs = true;
  static constexpr int rank = 2;
  using Options = MuonOptions;

  static LEPTON_HD void advance(StepState&, const Options&) {}

  template <class T> static LEPTON_HD void update(T&, T g, T (&slot)[2], const Options& o, const StepState&) {
    const double ahead = o.nesterov ? o.momentum : 1;
    slot[0] = T(o.momentum) * slot[0] + T(1 - o.momentum) * g;
    slot[1] = T(ahead) * slot[0] + T(1 - ahead) * g;
  }
};

}  // namespace lepton::optim
