// RAdam.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// Rectified Adam (Liu et al. 2020). The equation is in rules/radam.hpp.
using RAdam = RuleOptimizer<RAdamRule>;

}  // namespace lepton::optim
