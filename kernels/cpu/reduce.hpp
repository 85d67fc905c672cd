// The reductions of each instruction set.
#pragma once

#include "kernels/reduce.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_DECLARE_REDUCE(ISA)     \
  namespace ISA {                      \
  void reduce(const ReduceArgs& args); \
  void argmax(const ArgmaxArgs& args); \
  }
LEPTON_DECLARE_REDUCE(v3)
LEPTON_DECLARE_REDUCE(v4)
#undef LEPTON_DECLARE_REDUCE

}  // namespace lepton::kernels::cpu
