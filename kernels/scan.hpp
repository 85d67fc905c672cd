// Running sums and products along the middle axis of a contiguous [outer, n, inner] view.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

enum class Scan : std::uint8_t { sum, product };

/// y[o, k, i] = the sum or product of x[o, 0..k, i], or of x[o, k..n-1, i] if `reverse`. f32 (added in f64), f64 or i64,
/// which wraps. y may be x.
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
