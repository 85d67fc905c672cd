// One element of each row, chosen by an index, and its transpose.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// y[r] = x[r, index[r]], 0 where index[r] is `ignored`. x: [rows, n] contiguous, f32 or f64. Throws Error in the name
/// of `op`, a string constant, for any other index outside [0, n).
struct PickArgs {
  const void* x;
  const std::int64_t* index;
  void* y;
  std::int64_t rows, n, ignored;
  const char* op;
  DType dtype;
};

/// y = zeros but for y[r, index[r]] = x[r]: the gradient of picking.
struct PlaceArgs {
  const void* x;
  const std::int64_t* index;
  void* y;
  std::int64_t rows, n, ignored;
  DType dtype;
};

namespace cpu {
void pick(const PickArgs&, Stream);
void place(const PlaceArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<PickArgs> pick{"pick", cpu::pick};
inline constexpr Kernel<PlaceArgs> place{"place", cpu::place};

}  // namespace lepton::kernels
