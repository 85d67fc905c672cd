// Adamax.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// Adam with the largest gradient as its norm (Kingma & Ba 2015). The equation is in rules/adamax.hpp.
using Adamax = RuleOptimizer<AdamaxRule>;

}  // namespace lepton::optim
