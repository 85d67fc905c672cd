// Adam.
#pragma once

#include "lepton/optim/optimizer.hpp"
#include "lepton/optim/rules/all.hpp"

namespace lepton::optim {

/// Adam (Kingma & Ba 2015): Adam(model.parameters(), {.lr = 1e-3}). The equation is in optim/rules/adam.hpp.
using Adam = RuleOptimizer<AdamRule, index_of<AdamRule, Rules>>;

}  // namespace lepton::optim
