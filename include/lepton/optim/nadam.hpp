// NAdam.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// Adam with Nesterov's momentum (Dozat 2016). The equation is in rules/nadam.hpp.
using NAdam = RuleOptimizer<NAdamRule>;

}  // namespace lepton::optim
