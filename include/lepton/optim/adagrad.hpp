// Adagrad.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// Adagrad (Duchi et al. 2011). The equation is in rules/adagrad.hpp.
using Adagrad = RuleOptimizer<AdagradRule>;

}  // namespace lepton::optim
