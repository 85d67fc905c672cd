// Reductions of the middle axis of a contiguous [outer, reduce, inner] view.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

enum class Reduction : std::uint8_t { sum, mean, max, min };

/// y[o, i] = reduction over r of x[o, r, i]; y is contiguous [outer, inner] of the same dtype.
/// Requires: f32, f64 or i64 (no mean for i64). An empty `reduce` gives 0 for sum, NaN for mean; max and
/// min of nothing are refused by the op. NaN wins in max and min. The order of summation depends on the
/// sizes alone.
struct ReduceArgs {
  const void* x;
  void* y;
  std::int64_t outer, reduce, inner;
  DType dtype;
  Reduction kind;
};

/// y[o, i] = the first r where x[o, r, i] is largest; a NaN counts as largest.
struct ArgmaxArgs {
  const void* x;
  std::int64_t* y;
  std::int64_t outer, reduce, inner;
  DType dtype;
};

namespace cpu {
void reduce(const ReduceArgs&, Stream);
void argmax(const ArgmaxArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<ReduceArgs> reduce{"reduce", cpu::reduce};
inline constexpr Kernel<ArgmaxArgs> argmax{"argmax", cpu::argmax};

}  // namespace lepton::kernels
