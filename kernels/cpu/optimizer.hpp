// The optimizer kernel of each instruction set.
#pragma once

#include "kernels/optimizer.hpp"

namespace lepton::kernels::cpu {

namespace v3 { void optimizer(const OptimizerArgs& args); }
namespace v4 { void optimizer(const OptimizerArgs& args); }

}  // namespace lepton::kernels::cpu
