// Order: sorting, the largest, the middle, and what occurs.
#pragma once

#include "lepton/ops/reduce.hpp"

namespace lepton {

/// Values, and the places (i64) along the axis where they were. The gradient goes to these places alone.
struct Ranked {
  Tensor values, indices;
};

enum class Order : bool { ascending, descending };

// NaN counts as larger than all numbers, and equal elements keep their order.

/// The places of the elements along an axis in their order; the shape of x.
LEPTON_API Tensor argsort(const Tensor& x, std::int64_t axis = -1, Order order = Order::ascending);
LEPTON_API Ranked sort(const Tensor& x, std::int64_t axis = -1, Order order = Order::ascending);

/// The k largest along an axis, the largest first, or the k smallest. Throws unless 0 <= k <= size.
LEPTON_API Ranked topk(const Tensor& x, std::int64_t k, std::int64_t axis = -1,
                       Order order = Order::descending);

/// The first largest element along an axis. Throws for an empty axis.
LEPTON_API Ranked max_at(const Tensor& x, std::int64_t axis, KeepDim keep = KeepDim::no);
/// The first smallest element along an axis; NaN wins here too.
LEPTON_API Ranked min_at(const Tensor& x, std::int64_t axis, KeepDim keep = KeepDim::no);
/// The element in the middle of the order; the lower of two.
LEPTON_API Ranked median(const Tensor& x, std::int64_t axis = -1, KeepDim keep = KeepDim::no);

/// What occurs in x, in ascending order: [K]. `inverse`, of x's shape, says which of them each element is; `counts`, how
/// often each occurs. Its size depends on the data, so it throws in a captured step. No gradient.
struct Unique {
  Tensor values, inverse, counts;
};
LEPTON_API Unique unique(const Tensor& x);

}  // namespace lepton
