// The order of the elements of rows.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// order[r, 0..k) = the places of the k first elements of row r of x [rows, n], sorted; the other places, up to n,
/// follow in any order. Equal elements keep their order, and NaN is larger than all numbers. f32, f64 or i64.
struct ArgsortArgs {
  const void* x;
  std::int64_t* order;
  std::int64_t rows, n, k;
  DType dtype;
  bool descending;
};

namespace cpu {
void argsort(const ArgsortArgs&, Stream);
}

inline constexpr Kernel<ArgsortArgs> argsort{"argsort", cpu::argsort};

}  // namespace lepton::kernels
