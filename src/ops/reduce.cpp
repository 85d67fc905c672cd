// Reductions: the reduced axes are brought together, then one kernel runs over [outer, reduce, inner].
#include "lepton/ops/reduce.hpp"

#include "kernels/reduce.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/sum_to.hpp"
#include "src/ops/widen.hpp"

namespace lepton {
namespace detail {
namespace {

using kernels::Reduction;

/// Which axes go, as bits, checked.
unsigned axis_bits(const Tensor& x, const Dims& axes, const char* op) {
  unsigned bits = 0;
  for (const std::int64_t axis : axes) bits |= 1u << normalize_axis(axis, x.rank(), op);
  return bits;
}

Shape reduced_shape(const Shape& shape, unsigned bits, bool keep) {
  Shape out;
  for (int i = 0; i < shape.rank(); ++i) {
    if (!(bits >> i & 1u)) out.push_back(shape[i]);
    else if (keep) out.push_back(1);
  }
  return out;
}

/// x as a contiguous [outer, reduce, inner] with the axes of `bits` in the middle.
struct Grouped {
  Tensor x;
  std::int64_t outer = 1, reduce = 1, inner = 1;
};

Grouped group(const Tensor& x, unsigned bits) {
  Grouped g{x};
  int first = -1, last = -1;
  for (int i = 0; i < x.rank(); ++i)
    if (bits >> i & 1u) {
      if (first < 0) first = i;
      last = i;
    }
  bool together = true;
  for (int i = first; i >= 0 && i <= last; ++i) together = together && (bits >> i & 1u);
  if (!together) {
    // The reduced axes go first where that order lies in memory already (channels last), else last, by a copy.
    Dims reduced, rest;
    for (int i = 0; i < x.rank(); ++i) (bits >> i & 1u ? reduced : rest).push_back(i);
    Dims front = reduced, back = rest;
    for (const std::int64_t axis : rest) front.push_back(axis);
    for (const std::int64_t axis : reduced) back.push_back(axis);
    const Tensor in_front = permute(x.detach(), front);
    g.x = in_front.is_contiguous() ? in_front : permute(x.detach(), back);
    first = in_front.is_contiguous() ? 0 : rest.rank();
    last = first + reduced.rank() - 1;
  }
  const NoGrad no_grad;
  g.x = g.x.contiguous();
  const Shape& s = g.x.shape();
  for (int i = 0; i < s.rank(); ++i) (first < 0 || i < first ? g.outer : i <= last ? g.reduce : g.inner) *= s[i];
  return g;
}

/// y (without the axes of `bits`) seen with them as size 1, so that it broadcasts against x.
Tensor with_axes(const Tensor& y, const Shape& x_shape, unsigned bits) {
  return reshape(y, reduced_shape(x_shape, bits, true));
}

struct Reduce {
  static constexpr auto name = "reduce";
  Reduction kind;
  unsigned bits;
  bool keep;

  Spec infer(const Tensor& x) const { return Spec(reduced_shape(x.shape(), bits, keep), x.dtype()); }
  void run(Tensor& y, const Tensor& x) const {
    const Grouped g = group(x, bits);
    kernels::ReduceArgs args{};
    args.outer = g.outer;
    args.reduce = g.reduce;
    args.inner = g.inner;
    args.dtype = x.dtype();
    args.kind = kind;
    launch(kernels::reduce, args, {reads(args.x, g.x), writes(args.y, y)});
  }
};

struct Sum : Reduce {
  static constexpr auto name = "sum";
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Shape& shape = saved.input_shape(0);
    const Tensor stretched = expand(with_axes(g, shape, bits), shape);
    if (kind == Reduction::sum) return stretched;
    std::int64_t n = 1;
    for (int i = 0; i < shape.rank(); ++i)
      if (bits >> i & 1u) n *= shape[i];
    return expand(with_axes(g / double(n), shape, bits), shape);
  }
};

struct Extreme : Reduce {
  static constexpr auto name = "max";
  static constexpr unsigned saves_inputs = 1, saves_outputs = 1;
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor& x = saved.input(0);
    const Tensor hit = cast(x == with_axes(saved.output().detach(), x.shape(), bits), g.dtype());
    Dims axes;
    for (int i = 0; i < x.rank(); ++i)
      if (bits >> i & 1u) axes.push_back(i);
    return hit / sum(hit, axes, KeepDim::yes) * with_axes(g, x.shape(), bits);
  }
};

struct Argmax {
  static constexpr auto name = "argmax";
  int axis;
  bool keep;
  Spec infer(const Tensor& x) const { return Spec(reduced_shape(x.shape(), 1u << axis, keep), i64); }
  void run(Tensor& y, const Tensor& x) const {
    const Grouped g = group(x, 1u << axis);
    kernels::ArgmaxArgs args{};
    args.outer = g.outer;
    args.reduce = g.reduce;
    args.inner = g.inner;
    args.dtype = x.dtype();
    launch(kernels::argmax, args, {reads(args.x, g.x), writes(args.y, y)});
  }
};

constexpr unsigned kAll = ~0u;

Tensor summed(const Tensor& x, Reduction kind, unsigned bits, KeepDim keep) {
  Tensor operand = x;
  if (!is_floating(x.dtype())) {
    if (kind == Reduction::mean) require_computable(x, "mean");
    operand = cast(x, i64);
  }
  return widened(operand, [&](const Tensor& t) { return apply(Sum{{kind, bits, keep == KeepDim::yes}}, t); });
}

Tensor extreme(const Tensor& x, Reduction kind, unsigned bits, KeepDim keep) {
  const char* op = kind == Reduction::max ? "max" : "min";
  for (int i = 0; i < x.rank(); ++i)
    if ((bits >> i & 1u) && x.shape()[i] == 0) throw Error(op, "of nothing along axis " + std::to_string(i) + " of " + to_string(x.shape()));
  const Tensor operand = is_floating(x.dtype()) ? x : cast(x, i64);
  return widened(operand, [&](const Tensor& t) { return apply(Extreme{{kind, bits, keep == KeepDim::yes}}, t); });
}

}  // namespace

Tensor sum_to(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  const int lead = x.rank() - shape.rank();
  unsigned bits = 0;
  for (int i = 0; i < x.rank(); ++i)
    if (i < lead || (shape[i - lead] == 1 && x.shape()[i] != 1)) bits |= 1u << i;
  return reshape(summed(x, Reduction::sum, bits, KeepDim::no), shape);
}

}  // namespace detail

using detail::axis_bits;
using kernels::Reduction;

Tensor sum(const Tensor& x) { return detail::summed(x, Reduction::sum, detail::kAll, KeepDim::no); }
Tensor sum(const Tensor& x, const Dims& axes, KeepDim keep) {
  return detail::summed(x, Reduction::sum, axis_bits(x, axes, "sum"), keep);
}
Tensor mean(const Tensor& x) { return detail::summed(x, Reduction::mean, detail::kAll, KeepDim::no); }
Tensor mean(const Tensor& x, const Dims& axes, KeepDim keep) {
  return detail::summed(x, Reduction::mean, axis_bits(x, axes, "mean"), keep);
}
Tensor max(const Tensor& x) { return detail::extreme(x, Reduction::max, detail::kAll, KeepDim::no); }
Tensor max(const Tensor& x, const Dims& axes, KeepDim keep) {
  return detail::extreme(x, Reduction::max, axis_bits(x, axes, "max"), keep);
}
Tensor min(const Tensor& x) { return detail::extreme(x, Reduction::min, detail::kAll, KeepDim::no); }
Tensor min(const Tensor& x, const Dims& axes, KeepDim keep) {
  return detail::extreme(x, Reduction::min, axis_bits(x, axes, "min"), keep);
}

Tensor argmax(const Tensor& x, std::int64_t axis, KeepDim keep) {
  const int a = normalize_axis(axis, x.rank(), "argmax");
  if (x.rank() == 0 || x.shape()[a] == 0) throw Error("argmax", "of nothing: " + to_string(x.shape()));
  const Tensor operand = x.dtype() == f64 ? x.detach() : cast(x.detach(), is_floating(x.dtype()) ? f32 : i64);
  return detail::apply(detail::Argmax{a, keep == KeepDim::yes}, operand);
}

}  // namespace lepton
