// The kernels over all parameters, of each instruction set.
#pragma once

#include "kernels/optimizer.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_DECLARE_OPTIMIZER(ISA)                 \
  namespace ISA {                                     \
  void optimizer(const OptimizerArgs& args);          \
  void gradient_norm(const GradientNormArgs& args);   \
  void gradient_scale(const GradientScaleArgs& args); \
  }
LEPTON_DECLARE_OPTIMIZER(v3)
LEPTON_DECLARE_OPTIMIZER(v4)
#undef LEPTON_DECLARE_OPTIMIZER

}  // namespace lepton::kernels::cpu
