// Copies: clone, cast, copy_, and the in-place arithmetic that optimizers and the tape use.
#include "kernels/pointwise.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/binary.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/walk.hpp"
#include "src/ops/widen.hpp"

namespace lepton {
namespace detail {
namespace {

void launch_copy(const Tensor& y, const Tensor& x) {
  kernels::CopyArgs args{};
  args.from = x.dtype();
  args.to = y.dtype();
  args.walk = make_walk(y.shape(), y.strides(), {broadcast_strides(x, y.shape()), y.strides()});
  launch(kernels::copy, args, {reads(args.x, x), writes(args.y, y)});
}

struct Cast {
  static constexpr auto name = "cast";
  DType from, to;
  Spec infer(const Tensor& x) const { return Spec::like(x, to); }
  void run(Tensor& y, const Tensor& x) const { launch_copy(y, x); }
  Grads backward(const Saved&, const Tensor& g) const { return cast(g, from); }
};

struct Clone {
  static constexpr auto name = "clone";
  Spec infer(const Tensor& x) const { return Spec(x.shape(), x.dtype()); }
  void run(Tensor& y, const Tensor& x) const { launch_copy(y, x); }
  Grads backward(const Saved&, const Tensor& g) const { return g; }
};

/// `source`, copied first where it looks at the storage of `target` in another order: in-place kernels read and
/// write element by element.
Tensor apart_from(const Tensor& target, const Tensor& source) {
  const TensorImpl &t = target.impl(), &s = source.impl();
  const bool same_look = t.offset == s.offset && t.strides == s.strides && t.shape == s.shape;
  return t.storage == s.storage && !same_look ? source.detach().clone() : source;
}

}  // namespace
}  // namespace detail

Tensor cast(const Tensor& x, DType dtype) {
  if (x.dtype() == dtype) return x;
  if (!is_floating(dtype)) {  // no gradient passes through integers
    const Tensor detached = x.detach();
    return detail::apply(detail::Cast{x.dtype(), dtype}, detached);
  }
  return detail::apply(detail::Cast{x.dtype(), dtype}, x);
}

Tensor Tensor::clone() const { return detail::apply(detail::Clone{}, *this); }

const Tensor& Tensor::copy_(const Tensor& source) const {
  detail::check_in_place(*this, "copy_");
  if (broadcast(shape(), source.shape(), "copy_") != shape())
    throw Error("copy_", "source " + to_string(source.shape()) + " does not fit " + to_string(shape()));
  detail::launch_copy(*this, detail::apart_from(*this, source));
  return *this;
}

const Tensor& Tensor::add_(const Tensor& other, double scale) const {
  detail::check_in_place(*this, "add_");
  if (dtype() == boolean) throw Error("add_", "does not compute with boolean; convert with to(i64)");
  const Tensor scaled = scale == 1 ? other : other.detach() * scale;
  const Tensor operand = detail::apart_from(*this, cast(scaled, dtype()));
  if (broadcast(shape(), operand.shape(), "add_") != shape())
    throw Error("add_", "operand " + to_string(operand.shape()) + " does not fit " + to_string(shape()));
  if (!detail::is_dense(*this) || detail::computed_as(dtype()) != dtype()) return copy_(*this + operand);
  // The kernel reads and writes each element once, in order, so the output may be the first operand.
  kernels::BinaryArgs args{};
  args.dtype = dtype();
  args.op = std::uint8_t(index_of<op::Add, op::BinaryOps>);
  args.walk = detail::make_walk(shape(), strides(), {strides(), detail::broadcast_strides(operand, shape())});
  detail::launch(kernels::binary, args,
                 {detail::reads(args.a, *this), detail::reads(args.b, operand), detail::updates(args.y, *this)});
  return *this;
}

const Tensor& Tensor::mul_(double factor) const {
  detail::check_in_place(*this, "mul_");
  return copy_(detach() * factor);
}

}  // namespace lepton
