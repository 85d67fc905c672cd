// Gather and scatter: each is the other's gradient.
#include "lepton/ops/gather.hpp"

#include "lepton/ops/cast.hpp"
#include "lepton/ops/index.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/axis_view.hpp"
#include "src/ops/rows_op.hpp"

namespace lepton {
namespace detail {
namespace {

void check_index(const Tensor& x, int axis, const Tensor& index, const char* op) {
  if (index.dtype() != i64)
    throw Error(op, "the index must be i64, not " + std::string(name_of(index.dtype())));
  bool fits = index.rank() == x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) fits = i == axis || index.shape()[i] <= x.shape()[i];
  if (!fits)
    throw Error(op, "index " + to_string(index.shape()) + " does not fit " + to_string(x.shape()) +
                        " along axis " + std::to_string(axis));
}

/// The part of x that an index reaches: index's sizes, but for the axis.
Tensor reached(Tensor x, int axis, const Shape& index) {
  for (int i = 0; i < x.rank(); ++i)
    if (i != axis && index[i] != x.shape()[i]) x = slice(x, i, 0, index[i]);
  return x;
}

kernels::IndexedShape indexed_shape(const Shape& x, int axis, const Tensor& index) {
  const AxisView view(x, axis);
  return {view.outer, view.size, index.shape()[axis], view.inner, false};
}

Tensor scattered(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& source, bool add) {
  const char* const op = add ? "scatter_add" : "scatter";
  const int a = checked_axis(x, axis, op);
  check_index(x, a, index, op);
  if (source.shape() != index.shape() || source.dtype() != x.dtype())
    throw Error(op, "source " + to_string(source.shape()) + " " + std::string(name_of(source.dtype())) +
                        " must have the shape of the index, " + to_string(index.shape()) +
                        ", and x's type, " + std::string(name_of(x.dtype())));
  if (add && x.dtype() != f32 && x.dtype() != f64 && x.dtype() != i32 && x.dtype() != i64)
    throw Error(op, "adds f32, f64, i32 and i64, not " + std::string(name_of(x.dtype())));
  const Tensor part = reached(x, a, index.shape());
  const Tensor y =
      apply(ScatterOp{op, indexed_shape(part.shape(), a, index), add}, part, index.contiguous(), source);
  return part.shape() == x.shape() ? y : with_corner(x, y);
}

}  // namespace
}  // namespace detail

Tensor gather(const Tensor& x, std::int64_t axis, const Tensor& index) {
  const int a = detail::checked_axis(x, axis, "gather");
  detail::check_index(x, a, index, "gather");
  const Tensor part = detail::reached(x, a, index.shape()).contiguous();
  return detail::apply(
      detail::GatherOp{"gather", detail::indexed_shape(part.shape(), a, index), index.shape()}, part,
      index.contiguous());
}

Tensor scatter(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& source) {
  return detail::scattered(x, axis, index, source, false);
}

Tensor scatter(const Tensor& x, std::int64_t axis, const Tensor& index, double value) {
  return scatter(x, axis, index, full(index.shape(), value, {.dtype = x.dtype(), .device = x.device()}));
}

Tensor scatter_add(const Tensor& x, std::int64_t axis, const Tensor& index, const Tensor& source) {
  return detail::scattered(x, axis, index, source, true);
}

Tensor take(const Tensor& x, const Tensor& index) {
  const Tensor flat = index_select(reshape(x, {-1}), 0, reshape(index, {-1}));
  return reshape(flat, index.shape());
}

}  // namespace lepton
