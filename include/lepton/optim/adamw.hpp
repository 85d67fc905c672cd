// AdamW.
#pragma once

#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019): AdamW(model.parameters(), {.weight_decay = 0.1}).
/// The equation is in rules/adamw.hpp.
using AdamW = RuleOptimizer<AdamWRule, AmsgradWRule>;

}  // namespace lepton::optim
