// Elements by index along the middle axis of a contiguous [outer, size, inner] view.
#pragma once

#include <cstdint>

#include "kernels/kernel.hpp"
#include "lepton/core/dtype.hpp"

namespace lepton::kernels {

/// The sizes of both kernels. `index` is [outer, count, inner], or [outer, count] if `rows`: one place for a whole row.
struct IndexedShape {
  std::int64_t outer, size, count, inner;
  bool rows;
};

/// y[o, k, i] = x[o, index[o, k, i], i]; any element size. Throws Error, naming `op`, for an index outside [0, size).
struct GatherArgs {
  const void* x;
  const std::int64_t* index;
  void* y;
  IndexedShape shape;
  const char* op;  ///< a string constant
  std::uint8_t element_size;
};

/// y[o, index[o, k, i], i] = x[o, k, i], or += if `add` (f32, f64, i32, i64), in the order of k; the rest of y stays.
/// Throws as above, before anything is written.
struct ScatterArgs {
  const void* x;
  const std::int64_t* index;
  void* y;
  IndexedShape shape;
  const char* op;
  DType dtype;
  bool add;
};

namespace cpu {
void gather(const GatherArgs&, Stream);
void scatter(const ScatterArgs&, Stream);
}  // namespace cpu

inline constexpr Kernel<GatherArgs> gather{"gather", cpu::gather};
inline constexpr Kernel<ScatterArgs> scatter{"scatter", cpu::scatter};

}  // namespace lepton::kernels
