// Random numbers and dropout, of each instruction set.
#pragma once

#include "kernels/random.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_DECLARE_RANDOM(ISA)            \
  namespace ISA {                             \
  void random(const RandomArgs& args);        \
  void dropout(const DropoutArgs& args);      \
  void mask_scale(const MaskScaleArgs& args); \
  }
LEPTON_DECLARE_RANDOM(v3)
LEPTON_DECLARE_RANDOM(v4)
#undef LEPTON_DECLARE_RANDOM

}  // namespace lepton::kernels::cpu
