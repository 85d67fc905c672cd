// Rows by index: gathering, and adding back.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// y[i, :] = x[index[i], :]; x: [rows, width] contiguous, any element size. Throws Error for an index outside, in the
/// name of `op`, a string constant.
struct GatherRowsArgs {
  const void* x;
  const std::int64_t* index;
  void* y;
  std::int64_t rows, count, width;
  const char* op;
  std::uint8_t element_size;
};

/// y[index[i], :] += x[i, :], in the order of i; y: [rows, width] is zeroed first. f32 or f64.
struct ScatterAddRowsArgs {
  const void* x;
  const std::int64_t* index;
  void* y;
  std::int64_t rows, count, width;
  DType dtype;
};

namespace cpu {
void gather_rows(const GatherRowsArgs&, Stream);
void scatter_add_rows(const ScatterAddRowsArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<GatherRowsArgs> gather_rows{"gather_rows", cpu::gather_rows};
inline constexpr Kernel<ScatterAddRowsArgs> scatter_add_rows{"scatter_add_rows", cpu::scatter_add_rows};

}  // namespace lepton::kernels
