// Normalisation of rows, of each instruction set.
#pragma once

#include "kernels/layer_norm.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_DECLARE_LAYER_NORM(ISA)                 \
  namespace ISA {                                      \
  void layer_norm(const LayerNormArgs& args);          \
  void layer_norm_grad(const LayerNormGradArgs& args); \
  }
LEPTON_DECLARE_LAYER_NORM(v3)
LEPTON_DECLARE_LAYER_NORM(v4)
#undef LEPTON_DECLARE_LAYER_NORM

}  // namespace lepton::kernels::cpu
