// Softmax and the losses that end in it, of each instruction set.
#pragma once

#include "kernels/softmax.hpp"

namespace lepton::kernels::cpu {

#define LEPTON_DECLARE_SOFTMAX(ISA)                                   \
  namespace ISA {                                                     \
  void softmax(const SoftmaxArgs& args);                              \
  void cross_entropy(const CrossEntropyArgs& args);                   \
  void cross_entropy_grad(const CrossEntropyGradArgs& args);          \
  void cross_entropy_with_grad(const CrossEntropyWithGradArgs& args); \
  void bce(const BceArgs& args);                                      \
  void bce_grad(const BceGradArgs& args);                             \
  }
LEPTON_DECLARE_SOFTMAX(v3)
LEPTON_DECLARE_SOFTMAX(v4)
#undef LEPTON_DECLARE_SOFTMAX

/// Throws Error for the first of `rows` targets that is not in [0, n).
void check_targets(const std::int64_t* target, std::int64_t rows, std::int64_t n);

}  // namespace lepton::kernels::cpu
