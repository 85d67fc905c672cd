// Adadelta.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// Adadelta (Zeiler 2012): Adadelta(model.parameters(), {.rho = 0.9}). The equation is in rules/adadelta.hpp.
using Adadelta = RuleOptimizer<AdadeltaRule>;

}  // namespace lepton::optim
