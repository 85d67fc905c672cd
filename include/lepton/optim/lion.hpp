// Lion.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// Lion (Chen et al. 2023). The equation is in rules/lion.hpp.
using Lion = RuleOptimizer<LionRule>;

}  // namespace lepton::optim
