// Passes over all parameters of a model in one launch: an optimizer's rule, the norm of the gradients, scaling them.
//
// The arguments of these kernels are one block of memory: a struct, and behind it `count` segments, one a parameter.
// So a launch takes any number of parameters, and a captured step can still patch every pointer.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"
#include "lepton/optim/rules/rule.hpp"

namespace lepton::kernels {

inline constexpr int kOptimizerSlots = 3;

/// Parameters lie side by side in an imagined array that is cut into shards. Each begins at a multiple of this, so
/// that cuts fall on cache lines.
inline constexpr std::int64_t kSegmentAlignment = 64;

/// One parameter: n elements of p, their gradients, and the rule's slots. A second output, like a bf16 copy of p
/// for the products of the next step, would be one more pointer here.
struct OptimizerSegment {
  void* p;
  const void* g;
  void* slot[kOptimizerSlots];
  std::int64_t row;    ///< of the parameter in OptimizerArgs::progress
  std::int64_t begin;  ///< place of its first element among all
  std::int64_t n;
};

/// Applies rule `rule` (index in optim::Rules) to each segment. f32 or f64.
///
/// The gradient is multiplied, as it is read, by 1 / *scale and min(1, max_norm / (*norm + 1e-6)), each where its
/// pointer is not null (max_norm > 0). Where `scale` is given and *norm is not finite, nothing is written at all.
struct OptimizerArgs {
  using Segment = OptimizerSegment;
  optim::ParameterProgress* progress;  ///< one a parameter, advanced by its pass
  const double* lr;                    ///< may be null, for rules without one
  const double* norm;                  ///< may be null
  const float* scale;                  ///< may be null
  double max_norm;
  std::int32_t count;
  std::uint8_t rule;
  DType dtype;
  alignas(8) std::byte options[64];
};

/// A gradient, f32 or f64.
struct GradientSegment {
  void* g;
  std::int64_t begin, n;
  DType dtype;
};

/// *norm = the Euclidean norm of all gradients together, divided by *scale where that is not null. *found is set
/// to 1 where it is not null and the norm is not finite. Sums are kept in double, in an order of the sizes alone.
struct GradientNormArgs {
  using Segment = GradientSegment;
  double* norm;
  const float* scale;
  float* found;
  std::int32_t count;
};

/// Writes each gradient anew: multiplied by what OptimizerArgs says (then `limit` is 0), or, with `limit` above 0,
/// clamped to [-limit, limit].
struct GradientScaleArgs {
  using Segment = GradientSegment;
  const double* norm;
  const float* scale;
  double max_norm, limit;
  std::int32_t count;
};

/// The end of a step with a loss scale. Where found[0] is set: *scale *= backoff, and found and good are cleared;
/// else one more step was good, and after `interval` of them in a row *scale *= growth, unless that overflows.
struct LossScaleArgs {
  float* scale;
  float* good;
  float* found;
  double growth, backoff;
  std::int64_t interval;
};

/// The segments behind `args`.
template <class Args> LEPTON_HD const typename Args::Segment* segments_of(const Args& args) {
  static_assert(sizeof(Args) % alignof(typename Args::Segment) == 0);
  return reinterpret_cast<const typename Args::Segment*>(&args + 1);
}

namespace cpu {
void optimizer(const OptimizerArgs&, Stream);
void gradient_norm(const GradientNormArgs&, Stream);
void gradient_scale(const GradientScaleArgs&, Stream);
void loss_scale(const LossScaleArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<OptimizerArgs> optimizer{"optimizer", cpu::optimizer};
inline constexpr Kernel<GradientNormArgs> gradient_norm{"gradient_norm", cpu::gradient_norm};
inline constexpr Kernel<GradientScaleArgs> gradient_scale{"gradient_scale", cpu::gradient_scale};
inline constexpr Kernel<LossScaleArgs> loss_scale{"loss_scale", cpu::loss_scale};

}  // namespace lepton::kernels
