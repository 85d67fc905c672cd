// Order: places come from one kernel, values are gathered from them, which is what has a gradient.
#include "lepton/ops/sort.hpp"

#include "kernels/sort.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/scan.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/axis_view.hpp"
#include "src/ops/host.hpp"

namespace lepton {
namespace detail {
namespace {

/// Along the last axis of a contiguous tensor; the first `k` places are in order.
struct Argsort {
  static constexpr auto name = "argsort";
  std::int64_t k;
  bool descending;
  Spec infer(const Tensor& x) const { return Spec(x.shape(), i64); }
  void run(Tensor& y, const Tensor& x) const {
    if (x.numel() == 0) return;
    kernels::ArgsortArgs args{};
    args.n = x.shape().back();
    args.rows = x.numel() / args.n;
    args.k = k;
    args.dtype = x.dtype();
    args.descending = descending;
    launch(kernels::argsort, args, {reads(args.x, x), writes(args.order, y)});
  }
};

/// The places of the first k along the axis.
Tensor places(const Tensor& x, int axis, std::int64_t k, Order order) {
  const NoGrad no_grad;
  const DType dtype = x.dtype() == f64 ? f64 : is_floating(x.dtype()) ? f32 : i64;
  const Tensor last = cast(x.detach(), dtype).transpose(axis, -1).contiguous();
  const Tensor all = apply(Argsort{k, order == Order::descending}, last);
  return (k == last.shape().back() ? all : slice(all, -1, 0, k)).transpose(axis, -1).contiguous();
}

Ranked first_of(const Tensor& x, int axis, const Tensor& indices, KeepDim keep) {
  const Tensor values = gather(x, axis, indices);
  return keep == KeepDim::yes ? Ranked{values, indices} : Ranked{values.squeeze(axis), indices.squeeze(axis)};
}

/// An axis along which there is something.
int filled_axis(const Tensor& x, std::int64_t axis, const char* op) {
  const int a = checked_axis(x, axis, op);
  if (x.shape()[a] == 0)
    throw Error(op, "of nothing along axis " + std::to_string(a) + " of " + to_string(x.shape()));
  return a;
}

}  // namespace
}  // namespace detail

Tensor argsort(const Tensor& x, std::int64_t axis, Order order) {
  const int a = detail::checked_axis(x, axis, "argsort");
  return detail::places(x, a, x.shape()[a], order);
}

Ranked sort(const Tensor& x, std::int64_t axis, Order order) {
  const int a = detail::checked_axis(x, axis, "sort");
  const Tensor indices = detail::places(x, a, x.shape()[a], order);
  return {gather(x, a, indices), indices};
}

Ranked topk(const Tensor& x, std::int64_t k, std::int64_t axis, Order order) {
  const int a = detail::checked_axis(x, axis, "topk");
  if (k < 0 || k > x.shape()[a])
    throw Error("topk", "k is " + std::to_string(k) + ", but axis " + std::to_string(a) + " of " +
                            to_string(x.shape()) + " has " + std::to_string(x.shape()[a]));
  const Tensor indices = detail::places(x, a, k, order);
  return {gather(x, a, indices), indices};
}

Ranked max_at(const Tensor& x, std::int64_t axis, KeepDim keep) {
  const int a = detail::filled_axis(x, axis, "max_at");
  return detail::first_of(x, a, argmax(x, a, KeepDim::yes), keep);
}

Ranked min_at(const Tensor& x, std::int64_t axis, KeepDim keep) {
  const int a = detail::filled_axis(x, axis, "min_at");
  return detail::first_of(x, a, argmin(x, a, KeepDim::yes), keep);
}

Ranked median(const Tensor& x, std::int64_t axis, KeepDim keep) {
  const int a = detail::filled_axis(x, axis, "median");
  const std::int64_t middle = (x.shape()[a] - 1) / 2;
  return detail::first_of(
      x, a, detail::places(x, a, middle + 1, Order::ascending).slice(a, middle, middle + 1), keep);
}

Unique unique(const Tensor& x) {
  detail::refuse_capture("unique");
  const NoGrad no_grad;
  const Tensor flat = reshape(x.detach(), {-1});
  const std::int64_t n = flat.numel();
  const TensorOptions places{.dtype = i64, .device = x.device()};
  if (n == 0) return {flat, zeros(x.shape(), places), zeros({0}, places)};
  const Ranked sorted = sort(flat);
  const Tensor& s = sorted.values;
  const Tensor differs = cast(slice(s, 0, 1, n) != slice(s, 0, 0, n - 1), i64);
  const Tensor number =
      cat({zeros({1}, places), cumsum(differs)});  // of the group that each sorted element is in
  const std::int64_t groups = std::int64_t(number.slice(0, n - 1).item()) + 1;
  const Tensor counts = scatter_add(zeros({groups}, places), 0, number, ones({n}, places));
  const Tensor values = gather(s, 0, cumsum(counts) - 1);
  const Tensor inverse = scatter(zeros({n}, places), 0, sorted.indices, number);
  return {values, reshape(inverse, x.shape()), counts};
}

}  // namespace lepton
