// Sgd.
#pragma once

#include "lepton/optim/optimizer.hpp"
#include "lepton/optim/rules/all.hpp"

namespace lepton::optim {

/// Stochastic gradient descent with momentum: Sgd(model.parameters(), {.lr = 0.1, .momentum = 0.9}). The equation is in optim/rules/sgd.hpp.
using Sgd = RuleOptimizer<SgdRule, index_of<SgdRule, Rules>>;

}  // namespace lepton::optim
