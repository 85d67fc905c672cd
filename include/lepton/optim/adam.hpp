// Adam.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// Adam (Kingma & Ba 2015): Adam(model.parameters(), {.lr = 1e-3}). The equation is in rules/adam.hpp.
using Adam = RuleOptimizer<AdamRule, AmsgradRule>;

}  // namespace lepton::optim
