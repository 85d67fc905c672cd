// The list of all rules: what kernels are made for. A new one is added here and nowhere else.
#pragma once

#include "lepton/optim/rules/adadelta.hpp"
#include "lepton/optim/rules/adagrad.hpp"
#include "lepton/optim/rules/adam.hpp"
#include "lepton/optim/rules/adamax.hpp"
#include "lepton/optim/rules/adamw.hpp"
#include "lepton/optim/rules/average.hpp"
#include "lepton/optim/rules/lamb.hpp"
#include "lepton/optim/rules/lion.hpp"
#include "lepton/optim/rules/muon.hpp"
#include "lepton/optim/rules/nadam.hpp"
#include "lepton/optim/rules/radam.hpp"
#include "lepton/optim/rules/rmsprop.hpp"
#include "lepton/optim/rules/sgd.hpp"

namespace lepton::optim {

using Rules =
    TypeList<PlainSgdRule, SgdRule, AdamRule, AmsgradRule, AdamWRule, AmsgradWRule, AdamaxRule, NAdamRule,
             RAdamRule, AdadeltaRule, AdagradRule, RMSpropRule, RMSpropMomentumRule, RMSpropCenteredRule,
             RMSpropCenteredMomentumRule, LionRule, LambRule, MuonRule, EmaRule, SwaRule, LookaheadRule>;

}  // namespace lepton::optim
