// Batch normalisation of each instruction set.
#pragma once

#include "kernels/batch_norm.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_DECLARE_BATCH_NORM(ISA)                 \
  namespace ISA {                                      \
  void batch_norm(const BatchNormArgs& args);          \
  void batch_norm_grad(const BatchNormGradArgs& args); \
  }
LEPTON_DECLARE_BATCH_NORM(v3)
LEPTON_DECLARE_BATCH_NORM(v4)
#undef LEPTON_DECLARE_BATCH_NORM

}  // namespace lepton::kernels::cpu
