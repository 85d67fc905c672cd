// Products of matrices and vectors, composed.
#include "lepton/ops/products.hpp"

#include "lepton/ops/arrange.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/reduce.hpp"

namespace lepton {
namespace {

/// a @ b of these ranks and no others; of batches both have the same.
Tensor product(const char* op, const Tensor& a, const Tensor& b, int rank_a, int rank_b) {
  const bool batches = rank_a == 3;
  if (a.rank() != rank_a || b.rank() != rank_b || (batches && a.size(0) != b.size(0)) ||
      a.size(-1) != b.size(batches || rank_b == 2 ? -2 : -1))
    throw Error(op, "cannot multiply " + to_string(a.shape()) + " and " + to_string(b.shape()));
  return matmul(a, b);
}

Tensor added(const char* op, const Tensor& x, const Tensor& y, double scale_x, double scale) {
  if (broadcast(x.shape(), y.shape(), op) != y.shape())
    throw Error(op, to_string(x.shape()) + " is larger than the product, " + to_string(y.shape()));
  return (scale_x == 1 ? x : scale_x * x) + (scale == 1 ? y : scale * y);
}

/// x as a matrix: `axes` in their order as rows or as columns, the other axes as the other; these go behind `kept`.
Tensor as_matrix(const Tensor& x, const Dims& axes, bool axes_are_rows, Shape& kept) {
  Dims order, others;
  std::int64_t summed = 1, left = 1;
  for (const std::int64_t axis : axes) summed *= x.size(axis);
  for (int i = 0; i < x.rank(); ++i) {
    bool taken = false;
    for (const std::int64_t axis : axes) taken = taken || axis == i;
    if (taken) continue;
    others.push_back(i);
    kept.push_back(x.size(i));
    left *= x.size(i);
  }
  for (const Dims& part : axes_are_rows ? std::vector{axes, others} : std::vector{others, axes})
    for (const std::int64_t axis : part) order.push_back(axis);
  return reshape(permute(x, order), axes_are_rows ? Shape{summed, left} : Shape{left, summed});
}

}  // namespace

Tensor bmm(const Tensor& a, const Tensor& b) { return product("bmm", a, b, 3, 3); }
Tensor mv(const Tensor& a, const Tensor& b) { return product("mv", a, b, 2, 1); }

Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, double scale_x, double scale) {
  return added("addmm", x, product("addmm", a, b, 2, 2), scale_x, scale);
}
Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, double scale_x, double scale) {
  return added("baddbmm", x, product("baddbmm", a, b, 3, 3), scale_x, scale);
}
Tensor addmv(const Tensor& x, const Tensor& a, const Tensor& b, double scale_x, double scale) {
  return added("addmv", x, product("addmv", a, b, 2, 1), scale_x, scale);
}

Tensor tensordot(const Tensor& a, const Tensor& b, const Dims& axes_a, const Dims& axes_b) {
  bool fits = axes_a.rank() == axes_b.rank();
  Dims p, q;
  for (int i = 0; fits && i < axes_a.rank(); ++i) {
    p.push_back(normalize_axis(axes_a[i], a.rank(), "tensordot"));
    q.push_back(normalize_axis(axes_b[i], b.rank(), "tensordot"));
    fits = a.size(p[i]) == b.size(q[i]);
  }
  if (!fits)
    throw Error("tensordot", "axes " + to_string(axes_a) + " of " + to_string(a.shape()) + " and " +
                                 to_string(axes_b) + " of " + to_string(b.shape()) + " do not agree");
  Shape shape;
  const Tensor left = as_matrix(a, p, false, shape), right = as_matrix(b, q, true, shape);
  return reshape(matmul(left, right), shape);
}

Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t count) {
  if (count < 0 || count > a.rank() || count > b.rank())
    throw Error("tensordot", "cannot sum over " + std::to_string(count) + " axes of " + to_string(a.shape()) +
                                 " and " + to_string(b.shape()));
  Dims last, first;
  for (std::int64_t i = 0; i < count; ++i) {
    last.push_back(a.rank() - count + i);
    first.push_back(i);
  }
  return tensordot(a, b, last, first);
}

Tensor kron(const Tensor& a, const Tensor& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape blocks, within, shape;
  for (int i = 0; i < rank; ++i) {
    const int own_a = i - (rank - a.rank()), own_b = i - (rank - b.rank());
    const std::int64_t m = own_a < 0 ? 1 : a.size(own_a), n = own_b < 0 ? 1 : b.size(own_b);
    for (const std::int64_t size : {m, std::int64_t(1)}) blocks.push_back(size);
    for (const std::int64_t size : {std::int64_t(1), n}) within.push_back(size);
    shape.push_back(m * n);
  }
  return reshape(reshape(a, blocks) * reshape(b, within), shape);
}

Tensor cross(const Tensor& a, const Tensor& b, std::int64_t axis) {
  const Shape shape = broadcast(a.shape(), b.shape(), "cross");
  const int k = shape.rank() > 0 ? normalize_axis(axis, shape.rank(), "cross") : 0;
  if (shape.rank() == 0 || shape[k] != 3)
    throw Error("cross",
                "needs an axis of size 3, got " + to_string(a.shape()) + " and " + to_string(b.shape()));
  const Tensor p = expand(a, shape), q = expand(b, shape);
  return roll(p, -1, k) * roll(q, -2, k) - roll(p, -2, k) * roll(q, -1, k);
}

Tensor trace(const Tensor& x) {
  if (x.rank() != 2) throw Error("trace", "takes a matrix, not " + to_string(x.shape()));
  return sum(diagonal(x));
}

}  // namespace lepton
