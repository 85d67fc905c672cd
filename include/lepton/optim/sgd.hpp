// Sgd.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// Stochastic gradient descent: Sgd(model.parameters(), {.lr = 0.1, .momentum = 0.9}). The equation is in
/// rules/sgd.hpp.
using Sgd = RuleOptimizer<PlainSgdRule, SgdRule>;

}  // namespace lepton::optim
