// Where element i of a strided walk lies in each input.
#pragma once

#include "kernels/cuda/gpu.hpp"
#include "kernels/pointwise.hpp"

namespace lepton::kernels::cuda {

/// Offsets in elements, one an input.
template <int Inputs> struct Offsets { std::int64_t of[Inputs]; };

/// Splits `i` into one index an axis, innermost first, and adds up the strides. The outermost axis needs no
/// division, so a contiguous walk, which has been merged to one axis, costs none.
template <int Inputs> __device__ inline Offsets<Inputs> locate(const Walk& walk, std::int64_t i) {
  Offsets<Inputs> at{};
  for (int axis = walk.rank - 1; axis >= 0; --axis) {
    const std::int64_t outer = axis > 0 ? i / walk.size[axis] : 0;
    const std::int64_t index = i - outer * walk.size[axis];
    for (int k = 0; k < Inputs; ++k) at.of[k] += index * walk.stride[k][axis];
    i = outer;
  }
  return at;
}

}  // namespace lepton::kernels::cuda
