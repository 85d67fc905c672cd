// The element-by-element kernels of each instruction set.
#pragma once

#include "kernels/matmul.hpp"
#include "kernels/pointwise.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_DECLARE_POINTWISE(ISA)        \
  namespace ISA {                            \
  void unary(const UnaryArgs& args);         \
  void unary_grad(const UnaryGradArgs& args); \
  void binary(const BinaryArgs& args);       \
  void compare(const BinaryArgs& args);      \
  void where(const WhereArgs& args);         \
  }
LEPTON_DECLARE_POINTWISE(v3)
LEPTON_DECLARE_POINTWISE(v4)
#undef LEPTON_DECLARE_POINTWISE

}  // namespace lepton::kernels::cpu
