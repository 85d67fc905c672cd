// A contiguous tensor as [outer, size, inner] about one axis.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

struct AxisView {
  std::int64_t outer = 1, size = 1, inner = 1;

  AxisView(const Shape& shape, int axis) {
    for (int i = 0; i < shape.rank(); ++i) (i < axis ? outer : i == axis ? size : inner) *= shape[i];
  }
};

/// An axis of `x` counted from the front; throws in the name of `op` for a scalar and for an axis that is not there.
inline int checked_axis(const Tensor& x, std::int64_t axis, const char* op) {
  if (x.rank() == 0) throw Error(op, "a scalar has no axes");
  return normalize_axis(axis, x.rank(), op);
}

inline Dims all_axes(const Tensor& x) {
  Dims axes;
  for (int i = 0; i < x.rank(); ++i) axes.push_back(i);
  return axes;
}

}  // namespace lepton::detail
