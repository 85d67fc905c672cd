// Making an axis longer or shorter: each new element from a few old ones.
#pragma once

#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// One of the old elements that each new one is made from.
struct Tap {
  Tensor index;   ///< [size] (i64)
  Tensor weight;  ///< [size] (f64), undefined for ones
};

/// Sum over the taps of x's elements at their places times their weights, along an axis.
Tensor resample(const Tensor& x, int axis, const std::vector<Tap>& taps);

/// What adaptive pooling to `size` joins of n elements: from `start` to before `end`, [size] both, whole numbers as
/// doubles; at most `longest` elements.
struct AdaptiveWindows {
  Tensor start, end;
  std::int64_t longest;
};
AdaptiveWindows adaptive_windows(std::int64_t n, std::int64_t size, Device device);

/// v / by as whole numbers, rounded down; v: doubles, whole and not negative.
Tensor divided_down(const Tensor& v, double by);

}  // namespace lepton::detail
