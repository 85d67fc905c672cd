// The rules of averages over a run's parameters. Here p is the average, and g the parameter it follows.
#pragma once

#include "lepton/optim/rules/rule.hpp"

namespace lepton::optim {

struct EmaOptions {
  double decay = 0.999;  ///< share of the past
};

/// Exponential moving average (Polyak & Juditsky 1992); it starts as the parameters are at the first update.
struct EmaRule {
  static constexpr const char* name = "ema";
  using Options = EmaOptions;

  static LEPTON_HD void advance(StepState& s, const Options& o) { s.a = s.step == 1 ? 0 : o.decay; }

  template <class T> static LEPTON_HD void update(T& p, T g, T (&)[1], const Options&, const StepState& s) {
    p = T(s.a) * p + T(1 - s.a) * g;
  }
};

/// The mean of all that were seen: stochastic weight averaging (Izmailov et al. 2018).
struct SwaRule {
  static constexpr const char* name = "swa";
  struct Options {};

  static LEPTON_HD void advance(StepState& s, const Options&) { s.a = 1 / s.step; }

  template <class T> static LEPTON_HD void update(T& p, T g, T (&)[1], const Options&, const StepState& s) {
    p = T(1 - s.a) * p + T(s.a) * g;
  }
};

struct LookaheadOptions {
  std::int64_t k = 5;  ///< steps of the fast weights between two of the slow ones
  double alpha = 0.5;  ///< step of the slow weights towards the fast ones
};

/// Look-ahead (Zhang et al. 2019, algorithm 1): p are the fast weights, the slot holds the slow ones.
struct LookaheadRule {
  static constexpr const char* name = "lookahead";
  static constexpr const char* slots[] = {"slow"};
  using Options = LookaheadOptions;

  static LEPTON_HD void advance(StepState&, const Options&) {}
  static LEPTON_HD bool idle(const Options& o, const StepState& s) { return std::int64_t(s.step) % o.k != 0; }

  template <class T> static LEPTON_HD void update(T& p, T, T (&slot)[1], const Options& o, const StepState&) {
    p = slot[0] = slot[0] + T(o.alpha) * (p - slot[0]);
  }
};

}  // namespace lepton::optim
