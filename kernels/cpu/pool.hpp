// Max pooling of each instruction set.
#pragma once

#include "kernels/pool.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_DECLARE_POOL(ISA)                     \
  namespace ISA {                                    \
  void max_pool2d(const MaxPoolArgs& args);          \
  void max_pool2d_grad(const MaxPoolGradArgs& args); \
  void max_pool2d_pick(const MaxPoolPickArgs& args); \
  }
LEPTON_DECLARE_POOL(v3)
LEPTON_DECLARE_POOL(v4)
#undef LEPTON_DECLARE_POOL

}  // namespace lepton::kernels::cpu
