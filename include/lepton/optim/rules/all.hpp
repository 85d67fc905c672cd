// The list of all rules: what kernels are made for. A new one is added here and nowhere else.
#pragma once

#include "lepton/optim/rules/adadelta.hpp"
#include "lepton/optim/rules/adam.hpp"
#include "lepton/optim/rules/sgd.hpp"

namespace lepton::optim {

using Rules = TypeList<SgdRule, AdamRule, AdadeltaRule>;

}  // namespace lepton::optim
