// Rows by index: gathering and adding back are each other's gradients.
#include "lepton/ops/index.hpp"

#include <algorithm>

#include "kernels/index.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/index.hpp"

namespace lepton {
namespace detail {
namespace {

std::int64_t row_width(const Tensor& x) { return x.numel() / std::max<std::int64_t>(x.shape()[0], 1); }

struct GatherRows;

struct ScatterAddRows {
  static constexpr auto name = "scatter_add_rows";
  static constexpr unsigned saves_inputs = 2;
  Shape shape;
  Spec infer(const Tensor& x, const Tensor&) const { return Spec(shape, x.dtype()); }
  void run(Tensor& y, const Tensor& x, const Tensor& index) const {
    kernels::ScatterAddRowsArgs args{};
    args.rows = shape[0];
    args.count = index.numel();
    args.width = row_width(y);
    args.dtype = y.dtype();
    const Tensor dense = x.contiguous();
    launch(kernels::scatter_add_rows, args,
           {reads(args.x, dense), reads(args.index, index), writes(args.y, y)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const;
};

struct GatherRows {
  static constexpr auto name = "index_select";
  static constexpr unsigned saves_inputs = 2;
  const char* op;  // who is to be named in an error
  Spec infer(const Tensor& x, const Tensor& index) const {
    Shape shape = x.shape();
    shape[0] = index.numel();
    return Spec(shape, x.dtype());
  }
  void run(Tensor& y, const Tensor& x, const Tensor& index) const {
    kernels::GatherRowsArgs args{};
    args.rows = x.shape()[0];
    args.count = index.numel();
    args.width = row_width(x);
    args.op = op;
    args.element_size = std::uint8_t(size_of(x.dtype()));
    launch(kernels::gather_rows, args, {reads(args.x, x), reads(args.index, index), writes(args.y, y)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    return {apply(ScatterAddRows{saved.input_shape(0)}, g, saved.input(1)), Tensor()};
  }
};

Grads ScatterAddRows::backward(const Saved& saved, const Tensor& g) const {
  return {apply(GatherRows{"scatter_add_rows"}, g.contiguous(), saved.input(1)), Tensor()};
}

}  // namespace

Tensor index_add(const Tensor& x, int axis, const Tensor& index, std::int64_t size) {
  const Tensor rows = axis == 0 ? x : x.transpose(0, axis);
  Shape shape = rows.shape();
  shape[0] = size;
  const Tensor y = apply(ScatterAddRows{shape}, rows, index.contiguous());
  return axis == 0 ? y : y.transpose(0, axis);
}

}  // namespace detail

Tensor index_select(const Tensor& x, std::int64_t axis, const Tensor& index) {
  if (x.rank() == 0) throw Error("index_select", "a scalar has no axis to choose from");
  const int a = normalize_axis(axis, x.rank(), "index_select");
  if (index.rank() != 1 || index.dtype() != i64)
    throw Error("index_select", "needs a 1-D index of type i64, got " + to_string(index.shape()) + " " +
                                    std::string(name_of(index.dtype())));
  const Tensor rows = a == 0 ? x : x.transpose(0, a);
  const Tensor y = detail::apply(detail::GatherRows{"index_select"}, rows.contiguous(), index.contiguous());
  return a == 0 ? y : y.transpose(0, a);
}

Tensor embedding(const Tensor& weight, const Tensor& ids) {
  if (weight.rank() != 2) throw Error("embedding", "weight must be [V, D], got " + to_string(weight.shape()));
  if (ids.dtype() != i64)
    throw Error("embedding", "ids must be i64, not " + std::string(name_of(ids.dtype())));
  Shape shape = ids.shape();
  shape.push_back(weight.shape()[1]);
  const Tensor flat = ids.reshape({ids.numel()}).contiguous();
  return detail::apply(detail::GatherRows{"embedding"}, weight.contiguous(), flat).reshape(shape);
}

Tensor one_hot(const Tensor& ids, std::int64_t classes, DType dtype) {
  if (ids.dtype() != i64) throw Error("one_hot", "ids must be i64, not " + std::string(name_of(ids.dtype())));
  const Tensor all = arange(0, double(classes), 1, {.dtype = i64, .device = ids.device()});
  return cast(ids.unsqueeze(-1) == all, dtype);
}

}  // namespace lepton
