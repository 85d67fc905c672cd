// The operations of the kernels gather and scatter.
#include "src/ops/rows_op.hpp"

#include "lepton/ops/shape.hpp"

namespace lepton::detail {
namespace {

Tensor corner_of(Tensor x, const Shape& shape) {
  for (int i = 0; i < x.rank(); ++i)
    if (shape[i] != x.shape()[i]) x = slice(x, i, 0, shape[i]);
  return x;
}

struct WithCorner {
  static constexpr auto name = "scatter";
  Spec infer(const Tensor& x, const Tensor&) const { return Spec(x.shape(), x.dtype()); }
  void run(Tensor& y, const Tensor& x, const Tensor& corner) const {
    const NoGrad no_grad;
    y.copy_(x);
    corner_of(y, corner.shape()).copy_(corner);
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Shape& shape = saved.input_shape(1);
    return {with_corner(g, zeros(shape, {g.dtype(), g.device()})), corner_of(g, shape)};
  }
};

}  // namespace

void GatherOp::run(Tensor& y, const Tensor& x, const Tensor& index) const {
  kernels::GatherArgs args{};
  args.shape = where;
  args.op = op;
  args.element_size = std::uint8_t(size_of(x.dtype()));
  launch(kernels::gather, args, {reads(args.x, x), reads(args.index, index), writes(args.y, y)});
}

Grads GatherOp::backward(const Saved& saved, const Tensor& g) const {
  const Tensor nothing = zeros(saved.input_shape(0), {g.dtype(), g.device()});
  return {apply(ScatterOp{op, where, true}, nothing, saved.input(1), g), Tensor()};
}

void ScatterOp::run(Tensor& y, const Tensor& x, const Tensor& index, const Tensor& source) const {
  const NoGrad no_grad;
  y.copy_(x);
  const Tensor dense = source.contiguous();
  kernels::ScatterArgs args{};
  args.shape = where;
  args.op = op;
  args.dtype = y.dtype();
  args.add = add;
  launch(kernels::scatter, args, {reads(args.x, dense), reads(args.index, index), updates(args.y, y)});
}

Grads ScatterOp::backward(const Saved& saved, const Tensor& g) const {
  const Tensor& index = saved.input(1);
  const Shape& shape = saved.input_shape(2);
  Tensor dx = g, dsource;
  if (saved.needs(0) && !add)
    dx = apply(ScatterOp{op, where, false}, g, index, zeros(shape, {g.dtype(), g.device()}));
  if (saved.needs(2)) dsource = apply(GatherOp{op, where, shape}, g.contiguous(), index);
  return {std::move(dx), Tensor(), std::move(dsource)};
}

Tensor with_corner(const Tensor& x, const Tensor& corner) { return apply(WithCorner{}, x, corner); }

}  // namespace lepton::detail
