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

enum class Turn : std::uint8_t { no, yes };

/// The last two axes of a tensor, exchanged if it is turned, as the kernel sees a matrix: stored by rows, or by columns
/// (transposed).
class Matrix {
 public:
  explicit Matrix(const Tensor& t, Turn turn = Turn::no) : seen_(&t) {
    const int r = t.rank(), row = turn == Turn::no ? r - 2 : r - 1, col = turn == Turn::no ? r - 1 : r - 2;
    if (!describe(t, row, col)) {
      copy_ = t.clone();
      seen_ = &copy_;
      describe(copy_, row, col);
    }
    for (int i = 0; i + 2 < r; ++i) batch *= t.shape()[i];
    batch_stride = r > 2 && batch > 1 ? seen_->strides()[r - 3] : 0;
  }
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;

  /// The tensor, or a copy of it where neither axis was the innermost.
  const Tensor& tensor() const { return *seen_; }

  bool trans = false;
  std::int64_t ld = 1, batch = 1, batch_stride = 0;

 private:
  static bool rows_stored(std::int64_t rows, std::int64_t cols, std::int64_t row_stride,
                          std::int64_t col_stride) {
    return (cols == 1 || col_stride == 1) && (rows == 1 || row_stride >= std::max<std::int64_t>(cols, 1));
  }

  /// False where the kernel cannot read it as it lies.
  bool describe(const Tensor& t, int row, int col) {
    const std::int64_t rows = t.shape()[row], cols = t.shape()[col];
    const std::int64_t rs = t.strides()[row], cs = t.strides()[col];
    for (int i = 0; i + 3 < t.rank(); ++i)  // several batch axes must lie as one
      if (t.strides()[i] != t.strides()[i + 1] * t.shape()[i + 1]) return false;
    const bool by_rows = rows_stored(rows, cols, rs, cs);
    if (!by_rows && !rows_stored(cols, rows, cs, rs)) return false;
    trans = !by_rows;
    ld = by_rows ? (rows == 1 ? std::max<std::int64_t>(cols, 1) : rs)
                 : (cols == 1 ? std::max<std::int64_t>(rows, 1) : cs);
    return true;
  }

  Tensor copy_;
  const Tensor* seen_;
};

/// The type that a product of f32 is computed in, of those allowed.
DType compute_type(const kernels::MatmulArgs& args, DType allowed, Device device) {
  if (allowed == f32 || args.dtype != f32 || !device.is_cpu()) return args.dtype;
  return kernels::cpu::choose(kernels::cpu::query(args, allowed)).compute;
}

void launch_matmul(const Tensor& y, const Matrix& ma, const Matrix& mb, std::int64_t k, const Tensor& bias,
                   DType allowed) {
  const int r = y.rank();
  kernels::MatmulArgs args{};
  args.m = y.shape()[r - 2];
  args.n = y.shape()[r - 1];
  args.k = k;
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
    launch(
        kernels::matmul, args,
        {reads(args.a, ma.tensor()), reads(args.b, mb.tensor()), reads(args.bias, bias), writes(args.c, y)});
  else
    launch(kernels::matmul, args,
           {reads(args.a, ma.tensor()), reads(args.b, mb.tensor()), writes(args.c, y)});
}

/// A product of matrices either of which may be turned, for gradients that are not differentiated again: it spares them
/// a view, and changes no bit.
struct TurnedMatmul {
  static constexpr auto name = "matmul";
  Turn turn_a, turn_b;
  DType allowed;

  Spec infer(const Tensor& a, const Tensor& b) const {
    return Spec({a.shape()[turn_a == Turn::yes ? 1 : 0], b.shape()[turn_b == Turn::yes ? 0 : 1]}, a.dtype());
  }
  void run(Tensor& y, const Tensor& a, const Tensor& b) const {
    const NoGrad no_grad;
    launch_matmul(y, Matrix(a, turn_a), Matrix(b, turn_b), a.shape()[turn_a == Turn::yes ? 0 : 1], {},
                  allowed);
  }
};

/// a b, with the last two axes of one that is turned exchanged.
Tensor product(const Tensor& a, Turn turn_a, const Tensor& b, Turn turn_b) {
  if (!grad_enabled() && a.rank() == 2 && b.rank() == 2)
    return apply(TurnedMatmul{turn_a, turn_b, autocast_dtype()}, a, b);
  return matmul(turn_a == Turn::yes ? a.transpose() : a, turn_b == Turn::yes ? b.transpose() : b);
}

/// [rows, n] -> [samples, the rows of each, n]
Tensor rows_by_sample(const Tensor& t, std::int64_t samples) {
  const std::int64_t n = t.shape().back();
  return reshape(t, {samples, t.numel() / std::max<std::int64_t>(samples * n, 1), n});
}

/// a^T b of each sample's rows: [samples, a's columns, b's columns]
Tensor product_by_sample(const Tensor& a, const Tensor& b, std::int64_t samples) {
  return matmul(rows_by_sample(a, samples).transpose(), rows_by_sample(b, samples));
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
  void run(Tensor& y, const Tensor& a, const Tensor& b) const {
    const NoGrad no_grad;
    launch_matmul(y, Matrix(a), Matrix(b), a.shape().back(), {}, allowed);
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Autocast as_forward(allowed);
    const Tensor &a = saved.input(0), &b = saved.input(1);
    Tensor da, db;
    if (saved.needs(0)) da = sum_to(product(g, Turn::no, b, Turn::yes), a.shape());
    if (saved.needs(1)) db = sum_to(product(a, Turn::yes, g, Turn::no), b.shape());
    return {std::move(da), std::move(db)};
  }
  Tensor by_sample(const Saved& saved, int input, const Tensor& g, std::int64_t samples) const {
    const Autocast as_forward(allowed);
    return input == 1 ? product_by_sample(saved.input(0), g, samples) : Tensor();
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
    launch_matmul(y, Matrix(x), Matrix(weight, Turn::yes), x.shape()[1], bias, allowed);
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Autocast as_forward(allowed);
    Tensor dx, dw, db;
    if (saved.needs(0)) dx = product(g, Turn::no, saved.input(1), Turn::no);
    if (saved.needs(1)) dw = product(g, Turn::yes, saved.input(0), Turn::no);
    if (saved.needs(2)) db = sum(g, {0});
    return {std::move(dx), std::move(dw), std::move(db)};
  }
  Tensor by_sample(const Saved& saved, int input, const Tensor& g, std::int64_t samples) const {
    const Autocast as_forward(allowed);
    if (input == 2) return sum(rows_by_sample(g, samples), {1});
    return input == 1 ? product_by_sample(g, saved.input(0), samples) : Tensor();
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
    throw Error(
        op, "types differ: " + std::string(name_of(a.dtype())) + " and " + std::string(name_of(b.dtype())));
}

}  // namespace
}  // namespace detail

Tensor matmul(const Tensor& a, const Tensor& b) {
  if (detail::is_half(a.dtype()) && a.dtype() == b.dtype())
    return cast(matmul(cast(a, f32), cast(b, f32)), a.dtype());
  detail::check_types(a, b, "matmul");
  if (a.rank() == 0 || b.rank() == 0)
    throw Error("matmul", "needs at least one axis on either side; use * for scalars");
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
    throw Error("linear", "input " + to_string(x.shape()) + " does not fit weight " +
                              to_string(weight.shape()) + ", which is [out, in]");
  if (bias.defined() &&
      (bias.rank() != 1 || bias.shape()[0] != weight.shape()[0] || bias.dtype() != weight.dtype()))
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
