// RMSprop.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// RMSprop (Tieleman & Hinton 2012). The equation is in rules/rmsprop.hpp.
using RMSprop =
    RuleOptimizer<RMSpropRule, RMSpropMomentumRule, RMSpropCenteredRule, RMSpropCenteredMomentumRule>;

}  // namespace lepton::optim
