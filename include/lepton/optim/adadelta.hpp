// Adadelta.
#pragma once

#include "lepton/optim/optimizer.hpp"
#include "lepton/optim/rules/all.hpp"

namespace lepton::optim {

/// Adadelta (Zeiler 2012): Adadelta(model.parameters(), {.rho = 0.9}). The equation is in optim/rules/adadelta.hpp.
using Adadelta = RuleOptimizer<AdadeltaRule, index_of<AdadeltaRule, Rules>>;

}  // namespace lepton::optim
