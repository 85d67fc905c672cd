// Matrix products: batched matmul, and linear with its bias in the same kernel.
#include "lepton/ops/matmul.hpp"

#include <algorithm>

#include "kernels/cpu/choice.hpp"
#include "kernels/matmul.hpp"
#include "lepton/core/autocast.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/sum_to.hpp"
#include "src/ops/widen.hpp"

namespace lepton {
namespace detail {
namespace {

/// The last two axes of a tensor as the kernel sees a matrix: stored by rows, or by columns (transposed).
struct Matrix {
  Tensor x;  // copied where neither axis is the innermost
  bool trans = false;
  std::int64_t ld = 1, batch = 1, batch_stride = 0;
};

bool rows_stored(std::int64_t rows, std::int64_t cols, std::int64_t row_stride, std::int64_t col_stride) {
  return (cols == 1 || col_stride == 1) && (rows == 1 || row_stride >= std::max<std::int64_t>(cols, 1));
}

Matrix matrix(const Tensor& t) {
  const int r = t.rank();
  const std::int64_t rows = t.shape()[r - 2], cols = t.shape()[r - 1];
  const std::int64_t rs = t.strides()[r - 2], cs = t.strides()[r - 1];
  bool batch_even = r <= 3;  // more batch axes must lie as one
  if (r > 3) {
    batch_even = true;
    for (int i = 0; i + 3 < r; ++i) batch_even = batch_even && t.strides()[i] == t.strides()[i + 1] * t.shape()[i + 1];
  }
  const bool by_rows = rows_stored(rows, cols, rs, cs), by_cols = rows_stored(cols, rows, cs, rs);
  if (!batch_even || (!by_rows && !by_cols)) return matrix(t.clone());
  Matrix m{t, !by_rows};
  m.ld = by_rows ? (rows == 1 ? std::max<std::int64_t>(cols, 1) : rs) : (cols == 1 ? std::max<std::int64_t>(rows, 1) : cs);
  for (int i = 0; i + 2 < r; ++i) m.batch *= t.shape()[i];
  m.batch_stride = r > 2 && m.batch > 1 ? t.strides()[r - 3] : 0;
  return m;
}

/// The type that a product of f32 is computed in, of those allowed.
DType compute_type(const kernels::MatmulArgs& args, DType allowed, Device device) {
  if (allowed == f32 || args.dtype != f32 || !device.is_cpu()) return args.dtype;
  return kernels::cpu::choose(kernels::cpu::query(args, allowed)).compute;
}

void launch_matmul(const Tensor& y, const Tensor& a, const Tensor& b, const Tensor& bias, DType allowed) {
  const NoGrad no_grad;
  const Matrix ma = matrix(a), mb = matrix(b);
  const int r = y.rank();
  kernels::MatmulArgs args{};
  args.m = y.shape()[r - 2];
  args.n = y.shape()[r - 1];
  args.k = a.shape()[a.rank() - 1];
  args.batch = std::max(ma.batch, mb.batch);
  if (y.numel() == 0) args.batch = 0;
  args.lda = ma.ld;
  args.ldb = mb.ld;
  args.batch_stride_a = ma.batch_stride;
  args.batch_stride_b = mb.batch_stride;
  args.trans_a = ma.trans;
  args.trans_b = mb.trans;
  args.dtype = y.dtype();
  args.compute = compute_type(args, allowed, y.device());
  if (bias.defined())
    launch(kernels::matmul, args,
           {reads(args.a, ma.x), reads(args.b, mb.x), reads(args.bias, bias), writes(args.c, y)});
  else
    launch(kernels::matmul, args, {reads(args.a, ma.x), reads(args.b, mb.x), writes(args.c, y)});
}

/// a: [m, k] or [b, m, k], b likewise, with equal batch sizes or one of them without a batch.
struct Matmul {
  static constexpr auto name = "matmul";
  static constexpr unsigned saves_inputs = 3;
  DType allowed = autocast_dtype();

  Spec infer(const Tensor& a, const Tensor& b) const {
    const Tensor& batched = a.rank() >= b.rank() ? a : b;
    Shape shape = batched.shape();
    shape[shape.rank() - 2] = a.shape()[a.rank() - 2];
    shape[shape.rank() - 1] = b.shape().back();
    return Spec(shape, a.dtype());
  }
  void run(Tensor& y, const Tensor& a, const Tensor& b) const { launch_matmul(y, a, b, {}, allowed); }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Autocast as_forward(allowed);
    const Tensor &a = saved.input(0), &b = saved.input(1);
    Tensor da, db;
    if (saved.needs(0)) da = sum_to(matmul(g, b.transpose()), a.shape());
    if (saved.needs(1)) db = sum_to(matmul(a.transpose(), g), b.shape());
    return {std::move(da), std::move(db)};
  }
};

struct Linear {
  static constexpr auto name = "linear";
  static constexpr unsigned saves_inputs = 3;
  DType allowed = autocast_dtype();

  Spec infer(const Tensor& x, const Tensor& weight, const Tensor&) const {
    return Spec({x.shape()[0], weight.shape()[0]}, x.dtype());
  }
  void run(Tensor& y, const Tensor& x, const Tensor& weight, const Tensor& bias) const {
    const NoGrad no_grad;
    launch_matmul(y, x, weight.transpose(), bias, allowed);
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Autocast as_forward(allowed);
    Tensor dx, dw, db;
    if (saved.needs(0)) dx = matmul(g, saved.input(1));
    if (saved.needs(1)) dw = matmul(g.transpose(), saved.input(0));
    if (saved.needs(2)) db = sum(g, {0});
    return {std::move(dx), std::move(dw), std::move(db)};
  }
};

Tensor with_batch(const Tensor& t, const Shape& batch) {
  Shape shape = batch;
  shape.push_back(t.shape()[t.rank() - 2]);
  shape.push_back(t.shape()[t.rank() - 1]);
  return t.shape() == shape ? t : expand(t, shape);
}

void check_types(const Tensor& a, const Tensor& b, const char* op) {
  require_computable(a, op);
  if (a.dtype() != b.dtype())
    throw Error(op, "types differ: " + std::string(name_of(a.dtype())) + " and " + std::string(name_of(b.dtype())));
}

}  // namespace
}  // namespace detail

Tensor matmul(const Tensor& a, const Tensor& b) {
  if (detail::is_half(a.dtype()) && a.dtype() == b.dtype()) return cast(matmul(cast(a, f32), cast(b, f32)), a.dtype());
  detail::check_types(a, b, "matmul");
  if (a.rank() == 0 || b.rank() == 0) throw Error("matmul", "needs at least one axis on either side; use * for scalars");
  if (a.shape().back() != b.shape()[b.rank() == 1 ? 0 : b.rank() - 2])
    throw Error("matmul", "inner sizes differ: " + to_string(a.shape()) + " @ " + to_string(b.shape()));
  if (a.rank() == 1) return matmul(a.unsqueeze(0), b).squeeze(b.rank() == 1 ? 0 : -2);
  if (b.rank() == 1) return matmul(a, b.unsqueeze(1)).squeeze(-1);
  if (a.rank() == 2 && b.rank() == 2) return detail::apply(detail::Matmul{}, a, b);

  Shape batch_a, batch_b;
  for (int i = 0; i + 2 < a.rank(); ++i) batch_a.push_back(a.shape()[i]);
  for (int i = 0; i + 2 < b.rank(); ++i) batch_b.push_back(b.shape()[i]);
  const Shape batch = broadcast(batch_a, batch_b, "matmul");
  // One matrix against a batch is repeated by the kernel; anything else is stretched to the full batch.
  const bool repeat_a = a.rank() == 2 && batch_b == batch, repeat_b = b.rank() == 2 && batch_a == batch;
  return detail::apply(detail::Matmul{}, repeat_a ? a : detail::with_batch(a, batch),
                       repeat_b ? b : detail::with_batch(b, batch));
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (detail::is_half(x.dtype()) && x.dtype() == weight.dtype())
    return cast(linear(cast(x, f32), cast(weight, f32), bias.defined() ? cast(bias, f32) : bias), x.dtype());
  detail::check_types(x, weight, "linear");
  if (weight.rank() != 2 || x.rank() < 1 || x.shape().back() != weight.shape()[1])
    throw Error("linear", "input " + to_string(x.shape()) + " does not fit weight " + to_string(weight.shape()) +
                              ", which is [out, in]");
  if (bias.defined() && (bias.rank() != 1 || bias.shape()[0] != weight.shape()[0] || bias.dtype() != weight.dtype()))
    throw Error("linear", "bias " + to_string(bias.shape()) + " " + std::string(name_of(bias.dtype())) +
                              " does not fit weight " + to_string(weight.shape()) + " " +
                              std::string(name_of(weight.dtype())));
  const Tensor b = bias.defined() ? bias.contiguous() : bias;
  if (x.rank() == 2) return detail::apply(detail::Linear{}, x, weight, b);
  Shape shape = x.shape();
  shape[shape.rank() - 1] = weight.shape()[0];
  std::int64_t rows = 1;
  for (int i = 0; i + 1 < x.rank(); ++i) rows *= x.shape()[i];
  return reshape(detail::apply(detail::Linear{}, reshape(x, {rows, x.shape().back()}), weight, b), shape);
}

}  // namespace lepton
