// Arithmetic, comparison and selection of tensors with broadcasting.
#include "lepton/ops/binary.hpp"

#include <cmath>

#include "kernels/pointwise.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/binary.hpp"
#include "lepton/ops/maths.hpp"
#include "lepton/ops/shape.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/sum_to.hpp"
#include "src/ops/term.hpp"
#include "src/ops/walk.hpp"
#include "src/ops/widen.hpp"

namespace lepton {
namespace detail {
namespace {

/// Shape broadcast; layout of the first operand that has the full shape and no gaps.
Spec broadcast_spec(const Tensor& a, const Tensor& b, DType dtype, const char* op) {
  if (a.shape() == b.shape()) return Spec::like(a.is_contiguous() || !is_dense(a) ? b : a, dtype);
  const Shape shape = broadcast(a.shape(), b.shape(), op);
  if (a.shape() == shape) return Spec::like(a, dtype);
  if (b.shape() == shape) return Spec::like(b, dtype);
  return Spec(shape, dtype);
}

void launch_binary(const kernels::Kernel<kernels::BinaryArgs>& kernel, std::size_t op, const Tensor& y,
                   const Tensor& a, const Tensor& b) {
  kernels::BinaryArgs args{};
  args.dtype = a.dtype();
  args.op = std::uint8_t(op);
  if (a.strides() == y.strides() && b.strides() == y.strides() && a.shape() == b.shape()) {
    args.walk.rank = 1;  // the common case needs no sorting of axes
    args.walk.n = args.walk.size[0] = y.numel();
    args.walk.stride[0][0] = args.walk.stride[1][0] = 1;
  } else {
    args.walk =
        make_walk(y.shape(), y.strides(), {broadcast_strides(a, y.shape()), broadcast_strides(b, y.shape())});
  }
  launch(kernel, args, {reads(args.a, a), reads(args.b, b), writes(args.y, y)});
}

template <class F> struct Binary {
  static constexpr auto name = F::name;
  // The gradients of a sum and of a difference need neither operand.
  static constexpr unsigned saves_inputs = std::is_same_v<F, op::Add> || std::is_same_v<F, op::Sub> ? 0 : 3;

  Spec infer(const Tensor& a, const Tensor& b) const { return broadcast_spec(a, b, a.dtype(), name); }
  void run(Tensor& y, const Tensor& a, const Tensor& b) const {
    launch_binary(kernels::binary, index_of<F, op::BinaryOps>, y, a, b);
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Term gradient(g), a(saves_inputs ? saved.input(0) : g), b(saves_inputs ? saved.input(1) : g);
    Tensor da, db;
    if (saved.needs(0)) da = sum_to(F::grad_a(gradient, a, b).tensor(), saved.input_shape(0));
    if (saved.needs(1)) db = sum_to(F::grad_b(gradient, a, b).tensor(), saved.input_shape(1));
    return {std::move(da), std::move(db)};
  }
  Tensor by_sample(const Saved& saved, int input, const Tensor& g, std::int64_t samples) const {
    if (g.shape()[0] != samples) return {};  // a sample's rows would meet as many of the operand's
    const Term gradient(g), a(saves_inputs ? saved.input(0) : g), b(saves_inputs ? saved.input(1) : g);
    const Tensor d = (input == 0 ? F::grad_a(gradient, a, b) : F::grad_b(gradient, a, b)).tensor();
    const Shape& operand = saved.input_shape(input);
    Shape result{samples}, stretched = g.shape();  // the operand's axes stand at the end of g's
    for (int i = 1; i < g.rank(); ++i) stretched[i] = 1;
    for (int i = 0; i < operand.rank(); ++i) {
      result.push_back(operand[i]);
      if (const int at = g.rank() - operand.rank() + i; at > 0) stretched[at] = operand[i];
    }
    return reshape(sum_to(d, stretched), result);
  }
};

template <class F> struct Compare {
  static constexpr auto name = F::name;
  Spec infer(const Tensor& a, const Tensor& b) const { return broadcast_spec(a, b, boolean, name); }
  void run(Tensor& y, const Tensor& a, const Tensor& b) const {
    launch_binary(kernels::compare, index_of<F, op::CompareOps>, y, a, b);
  }
};

struct Where {
  static constexpr auto name = "where";
  static constexpr unsigned saves_inputs = 1;
  Spec infer(const Tensor& condition, const Tensor& a, const Tensor& b) const {
    return Spec(broadcast(condition.shape(), broadcast(a.shape(), b.shape(), name), name), a.dtype());
  }
  void run(Tensor& y, const Tensor& condition, const Tensor& a, const Tensor& b) const {
    kernels::WhereArgs args{};
    args.element_size = std::uint8_t(size_of(y.dtype()));
    args.walk = make_walk(y.shape(), y.strides(),
                          {broadcast_strides(condition, y.shape()), broadcast_strides(a, y.shape()),
                           broadcast_strides(b, y.shape())});
    launch(kernels::where, args,
           {reads(args.condition, condition), reads(args.a, a), reads(args.b, b), writes(args.y, y)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor& condition = saved.input(0);
    const Tensor zero = zeros({}, {.dtype = g.dtype(), .device = g.device()});
    Tensor da, db;
    if (saved.needs(1)) da = sum_to(where(condition, g, zero), saved.input_shape(1));
    if (saved.needs(2)) db = sum_to(where(condition, zero, g), saved.input_shape(2));
    return {Tensor(), std::move(da), std::move(db)};
  }
};

/// Common type of two operands: a scalar tensor yields to one with axes, within a kind.
DType common_dtype(const Tensor& a, const Tensor& b) {
  if (a.dtype() == b.dtype()) return a.dtype();
  const auto kind = [](DType t) { return is_floating(t) ? 2 : is_integral(t) ? 1 : 0; };
  const bool same_kind = kind(a.dtype()) == kind(b.dtype());
  if (same_kind && a.rank() == 0 && b.rank() > 0) return b.dtype();
  if (same_kind && b.rank() == 0 && a.rank() > 0) return a.dtype();
  return promote(a.dtype(), b.dtype());
}

template <class F> Tensor binary(const Tensor& a, const Tensor& b, DType dtype) {
  if (const DType wide = computed_as(dtype); wide != dtype) return cast(binary<F>(a, b, wide), dtype);
  if (a.dtype() == dtype && b.dtype() == dtype) return apply(Binary<F>{}, a, b);
  return apply(Binary<F>{}, cast(a, dtype), cast(b, dtype));
}
template <class F> Tensor binary(const Tensor& a, const Tensor& b) {
  const DType dtype = common_dtype(a, b);
  return binary<F>(a, b, dtype == boolean ? i64 : dtype);  // true + true is 2
}

template <class F> Tensor compare(const Tensor& a, const Tensor& b) {
  const DType common = common_dtype(a, b);
  const DType dtype = common == boolean ? u8 : computed_as(common);
  return apply(Compare<F>{}, cast(a, dtype), cast(b, dtype));
}

/// With a formula of real numbers, which integers are converted to and, where their result is whole, back from.
template <class F> Tensor real_binary(const Tensor& a, const Tensor& b) {
  const DType dtype = common_dtype(a, b);
  return is_floating(dtype) ? binary<F>(a, b, dtype)
                            : cast(binary<F>(a, b, f64), dtype == boolean ? i64 : dtype);
}

/// Whether an integer type holds the number.
bool fits(double value, DType dtype) {
  switch (dtype) {
    case DType::u8: return value >= 0 && value <= 255 && value == std::floor(value);
    case DType::i8: return std::abs(value + 0.5) < 128 && value == std::floor(value);
    case DType::i32: return std::abs(value + 0.5) < 0x1p31 && value == std::floor(value);
    default: return std::abs(value) < 0x1p63 && value == std::floor(value);
  }
}

/// A number beside a tensor: of its type, unless a fraction, or one too large, meets integers.
Tensor number(double value, const Tensor& beside) {
  const DType dtype = is_floating(beside.dtype()) ? beside.dtype() : fits(value, beside.dtype()) ? i64 : f32;
  return full({}, value, {.dtype = dtype, .device = beside.device()});
}

}  // namespace
}  // namespace detail

using detail::binary;
using detail::compare;
using detail::number;

Tensor operator+(const Tensor& a, const Tensor& b) { return binary<op::Add>(a, b); }
Tensor operator-(const Tensor& a, const Tensor& b) { return binary<op::Sub>(a, b); }
Tensor operator*(const Tensor& a, const Tensor& b) { return binary<op::Mul>(a, b); }
Tensor operator/(const Tensor& a, const Tensor& b) {
  const DType dtype = detail::common_dtype(a, b);
  return binary<op::Div>(a, b, is_floating(dtype) ? dtype : f32);
}
Tensor operator-(const Tensor& x) { return is_floating(x.dtype()) ? pointwise(op::Neg{}, x) : 0 - x; }

Tensor operator+(const Tensor& a, double b) {
  return is_floating(a.dtype()) ? pointwise(op::Affine{1, b}, a) : a + number(b, a);
}
Tensor operator-(const Tensor& a, double b) { return a + -b; }
Tensor operator*(const Tensor& a, double b) {
  return is_floating(a.dtype()) ? pointwise(op::Affine{b, 0}, a) : a * number(b, a);
}
Tensor operator/(const Tensor& a, double b) { return a / number(b, a); }
Tensor operator+(double a, const Tensor& b) { return b + a; }
Tensor operator-(double a, const Tensor& b) {
  return is_floating(b.dtype()) ? pointwise(op::Affine{-1, a}, b) : number(a, b) - b;
}
Tensor operator*(double a, const Tensor& b) { return b * a; }
Tensor operator/(double a, const Tensor& b) { return number(a, b) / b; }

Tensor maximum(const Tensor& a, const Tensor& b) { return binary<op::Maximum>(a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return binary<op::Minimum>(a, b); }

Tensor pow(const Tensor& a, const Tensor& b) { return detail::real_binary<op::Pow>(a, b); }
Tensor fmod(const Tensor& a, const Tensor& b) { return detail::real_binary<op::Fmod>(a, b); }
Tensor fmod(const Tensor& a, double b) { return fmod(a, number(b, a)); }
Tensor remainder(const Tensor& a, const Tensor& b) { return detail::real_binary<op::Remainder>(a, b); }
Tensor remainder(const Tensor& a, double b) { return remainder(a, number(b, a)); }
Tensor atan2(const Tensor& y, const Tensor& x) {
  const DType dtype = detail::common_dtype(y, x);
  return binary<op::Atan2>(y, x, is_floating(dtype) ? dtype : f32);
}

Tensor operator==(const Tensor& a, const Tensor& b) { return compare<op::Equal>(a, b); }
Tensor operator!=(const Tensor& a, const Tensor& b) { return compare<op::NotEqual>(a, b); }
Tensor operator<(const Tensor& a, const Tensor& b) { return compare<op::Less>(a, b); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return compare<op::LessEqual>(a, b); }
Tensor operator>(const Tensor& a, const Tensor& b) { return b < a; }
Tensor operator>=(const Tensor& a, const Tensor& b) { return b <= a; }
Tensor operator==(const Tensor& a, double b) { return a == number(b, a); }
Tensor operator!=(const Tensor& a, double b) { return a != number(b, a); }
Tensor operator<(const Tensor& a, double b) { return a < number(b, a); }
Tensor operator<=(const Tensor& a, double b) { return a <= number(b, a); }
Tensor operator>=(const Tensor& a, double b) { return number(b, a) <= a; }
Tensor operator>(const Tensor& a, double b) { return number(b, a) < a; }

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  if (condition.dtype() != boolean)
    throw Error("where", "the condition must be boolean, got " + std::string(name_of(condition.dtype())));
  const DType dtype = detail::common_dtype(a, b);
  return detail::apply(detail::Where{}, condition, cast(a, dtype), cast(b, dtype));
}

}  // namespace lepton
