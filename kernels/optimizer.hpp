// One optimizer step over many parameters.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"
#include "lepton/optim/rules/rule.hpp"

namespace lepton::kernels {

inline constexpr int kOptimizerSegments = 32, kOptimizerSlots = 2;

/// One parameter: n elements of p, their gradients, and the rule's slots.
struct OptimizerSegment {
  void* p;
  const void* g;
  void* slot[kOptimizerSlots];
  std::int64_t n;
};

/// Applies rule `rule` (index in optim::Rules) to each segment. Where `first`, the step count in `state` is
/// advanced before: the other calls of the same step, for more parameters, find it done. f32 or f64.
struct OptimizerArgs {
  optim::StepState* state;
  OptimizerSegment segment[kOptimizerSegments];
  std::int32_t count;
  std::uint8_t rule;
  bool first;
  DType dtype;
  alignas(8) std::byte options[64];
};

namespace cpu {
void optimizer(const OptimizerArgs&, Stream);
}

inline constexpr Kernel<OptimizerArgs> optimizer{"optimizer", cpu::optimizer};

}  // namespace lepton::kernels
