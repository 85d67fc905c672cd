// Running sums, products and extremes along the middle axis of a contiguous [outer, n, inner] view.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

enum class Scan : std::uint8_t { sum, product, log_sum, max_place, min_place };

/// y[o, k, i] = the sum, product or log of the sum of exponentials of x[o, 0..k, i], or of x[o, k..n-1, i] if `reverse`.
/// f32 (added in f64), f64 or i64, which wraps and has no log_sum. y may be x. Of extremes y (i64) is the place: the last
/// of equal ones, or of NaNs.
struct ScanArgs {
  const void* x;
  void* y;
  std::int64_t outer, n, inner;
  DType dtype;
  Scan kind;
  bool reverse;
};

namespace cpu {
void scan(const ScanArgs&, Stream);
}

inline constexpr Kernel<ScanArgs> scan{"scan", cpu::scan};

}  // namespace lepton::kernels
