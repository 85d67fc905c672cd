// The rules of RMSprop (Tieleman & Hinton 2012), centered or not (Graves 2013), with momentum or without.
#pragma once

#include "lepton/optim/rules/rule.hpp"

namespace lepton::optim {

struct RMSpropOptions {
  double lr = 1e-2;
  double alpha = 0.99;  ///< share of the past in the mean square
  double eps = 1e-8;
  double weight_decay = 0;  ///< L2 penalty, added to the gradient
  double momentum = 0;
  bool centered = false;  ///< divides by the deviation instead of the root of the mean square
};

/// All four: what the template's parameters leave out needs no memory.
template <bool kCentered, bool kMomentum> struct RMSpropFormula {
  static constexpr const char* name = "rmsprop";
  using Options = RMSpropOptions;
  static constexpr int kSlots = 1 + int(kCentered) + int(kMomentum);
  static constexpr bool fits(const Options& o) {
    return o.centered == kCentered && (o.momentum != 0) == kMomentum;
  }

  static LEPTON_HD void advance(StepState&, const Options&) {}

  template <class T>
  static LEPTON_HD void update(T& p, T g, T (&slot)[kSlots], const Options& o, const StepState& s) {
    using op::maximum, op::sqrt;
    g = g + T(o.weight_decay) * p;
    slot[0] = T(o.alpha) * slot[0] + T(1 - o.alpha) * g * g;
    T square = slot[0];
    if constexpr (kCentered) {
      slot[1] = T(o.alpha) * slot[1] + T(1 - o.alpha) * g;
      square = maximum(square - slot[1] * slot[1], T(0.0));  // rounding may take it below
    }
    g = g / (sqrt(square) + T(o.eps));
    if constexpr (kMomentum) g = slot[kSlots - 1] = T(o.momentum) * slot[kSlots - 1] + g;
    p = p - T(s.lr) * g;
  }
};

struct RMSpropRule : RMSpropFormula<false, false> {
  static constexpr const char* slots[] = {"square_avg"};
};
struct RMSpropMomentumRule : RMSpropFormula<false, true> {
  static constexpr const char* slots[] = {"square_avg", "momentum_buffer"};
};
struct RMSpropCenteredRule : RMSpropFormula<true, false> {
  static constexpr const char* slots[] = {"square_avg", "grad_avg"};
};
struct RMSpropCenteredMomentumRule : RMSpropFormula<true, true> {
  static constexpr const char* slots[] = {"square_avg", "grad_avg", "momentum_buffer"};
};

}  // namespace lepton::optim
