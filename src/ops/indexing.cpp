// Indexing: a view for what strides can say, then elements by index for tensors.
#include "lepton/ops/indexing.hpp"

#include <algorithm>

#include "lepton/ops/arrange.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/reduce.hpp"
#include "src/ops/host.hpp"
#include "src/ops/places.hpp"
#include "src/ops/rows_op.hpp"
#include "src/ops/sum_to.hpp"

namespace lepton {
namespace detail {
namespace {

/// A view of x, and the axes of it that tensors of places index.
struct Resolved {
  Tensor view;
  std::vector<int> axes;
  std::vector<Tensor> places;
};

Tensor sliced(const Tensor& x, int axis, const Slice& s) {
  const std::int64_t n = x.shape()[axis];
  if (s.step == 0) throw Error("index", "a step of 0");
  if (s.step > 0)
    return slice(x, axis, s.start == Slice::kOpen ? 0 : s.start, s.stop == Slice::kOpen ? n : s.stop, s.step);
  const auto place = [n](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + n : i, -1, n - 1); };
  const std::int64_t start = s.start == Slice::kOpen ? n - 1 : place(s.start);
  const std::int64_t stop = s.stop == Slice::kOpen ? -1 : place(s.stop);
  const std::int64_t count = start > stop ? (start - stop - 1) / -s.step + 1 : 0;
  const std::int64_t lowest = start + (count - 1) * s.step;
  return count == 0 ? slice(x, axis, 0, 0) : flip(slice(x, axis, lowest, start + 1, -s.step), {axis});
}

int axes_taken(const Index& i) {
  if (i.kind == Index::Kind::tensor) return i.tensor.dtype() == boolean ? i.tensor.rank() : 1;
  return i.kind == Index::Kind::place || i.kind == Index::Kind::slice;
}

void add_places(Resolved& r, int axis, const Tensor& t) {
  if (t.dtype() != boolean) {
    if (t.dtype() != i64)
      throw Error("index", "index tensors are i64 or boolean, not " + std::string(name_of(t.dtype())));
    r.axes.push_back(axis);
    r.places.push_back(t);
    return;
  }
  for (int i = 0; i < t.rank(); ++i)
    if (t.shape()[i] != r.view.shape()[axis + i])
      throw Error("index", "mask " + to_string(t.shape()) + " does not fit axis " + std::to_string(axis + i) +
                               " of " + to_string(r.view.shape()));
  const Tensor where_set = nonzero(t);
  for (int i = 0; i < t.rank(); ++i) {
    r.axes.push_back(axis + i);
    r.places.push_back(where_set.select(1, i));
  }
}

Resolved resolve(const Tensor& x, const std::vector<Index>& at) {
  int taken = 0, ellipses = 0;
  for (const Index& i : at) {
    taken += axes_taken(i);
    ellipses += i.kind == Index::Kind::ellipsis;
  }
  if (taken > x.rank() || ellipses > 1)
    throw Error("index", taken > x.rank()
                             ? std::to_string(taken) + " indices for the axes of " + to_string(x.shape())
                             : "more than one ellipsis");
  Resolved r{x, {}, {}};
  int axis = 0;
  for (const Index& i : at) switch (i.kind) {
      case Index::Kind::place: r.view = r.view.select(axis, i.slice.start); break;
      case Index::Kind::slice: r.view = sliced(r.view, axis++, i.slice); break;
      case Index::Kind::ellipsis: axis += x.rank() - taken; break;
      case Index::Kind::new_axis: r.view = r.view.unsqueeze(axis++); break;
      case Index::Kind::tensor: add_places(r, axis, i.tensor); axis += axes_taken(i);
    }
  return r;
}

/// The indexed axes in front, in their order.
Dims indexed_first(const Resolved& r) {
  Dims order;
  for (const int a : r.axes) order.push_back(a);
  for (int i = 0; i < r.view.rank(); ++i)
    if (std::find(r.axes.begin(), r.axes.end(), i) == r.axes.end()) order.push_back(i);
  return order;
}

/// How a view is indexed: rows of it, one number each.
struct Rows {
  Tensor number;       ///< of each row that is chosen, contiguous
  Shape chosen, rest;  ///< shapes of the index, and of a row
  kernels::IndexedShape where;
  Dims back;  ///< puts the chosen axes where they belong
};

/// One number for several places, which counts rows of the indexed axes; -1 where a place is outside.
Tensor row_numbers(const Resolved& r, const Shape& chosen) {
  Tensor number, outside;
  for (std::size_t i = 0; i < r.places.size(); ++i) {
    const std::int64_t n = r.view.shape()[r.axes[i]];
    const Tensor p = where(r.places[i] < 0, r.places[i] + double(n), r.places[i]);
    if (r.places.size() == 1) return expand(p, chosen).contiguous();
    const Tensor beyond = cast(p < 0, u8) + cast(p >= double(n), u8);
    number = number.defined() ? number * double(n) + p : p;
    outside = outside.defined() ? outside + beyond : beyond;
  }
  const Tensor minus_one = full({}, -1, {.dtype = i64, .device = number.device()});
  return expand(where(outside == 0, number, minus_one), chosen).contiguous();
}

Rows rows_of(const Resolved& r) {
  const NoGrad no_grad;
  Rows rows;
  for (const Tensor& p : r.places) rows.chosen = broadcast(rows.chosen, p.shape(), "index");
  rows.number = row_numbers(r, rows.chosen);
  const Dims order = indexed_first(r);
  const int indexed = int(r.axes.size());
  std::int64_t all = 1, inner = 1;
  for (int i = 0; i < order.rank(); ++i) {
    const std::int64_t n = r.view.shape()[int(order[i])];
    (i < indexed ? all : inner) *= n;
    if (i >= indexed) rows.rest.push_back(n);
  }
  rows.where = {1, all, rows.chosen.numel(), inner, true};
  // Axes that follow each other are replaced where they stood; rest axes before them come first again.
  const bool together = r.axes.back() - r.axes.front() == indexed - 1;
  const int before = together ? r.axes.front() : 0, k = rows.chosen.rank();
  for (int i = 0; i < before; ++i) rows.back.push_back(k + i);
  for (int i = 0; i < k; ++i) rows.back.push_back(i);
  for (int i = before; i < rows.rest.rank(); ++i) rows.back.push_back(k + i);
  return rows;
}

Shape joined(const Shape& a, const Shape& b) {
  Shape all = a;
  for (const std::int64_t n : b) all.push_back(n);
  return all;
}

/// The mask, stretched over x, where a mask stands alone and one number is written: no places are needed then, so that
/// a captured step can have it. Undefined elsewhere.
Tensor lone_mask(const Tensor& x, const std::vector<Index>& at, const Shape& values) {
  if (at.size() != 1 || at[0].kind != Index::Kind::tensor || at[0].tensor.dtype() != boolean ||
      values.numel() != 1)
    return {};
  Tensor mask = at[0].tensor;
  while (mask.rank() < x.rank()) mask = mask.unsqueeze(-1);
  return broadcast(x.shape(), mask.shape(), "index_put") == x.shape() ? mask : Tensor();
}

/// Off the tape. `x` is dense or a view.
void put(const Tensor& x, const std::vector<Index>& at, const Tensor& values, bool add) {
  const NoGrad no_grad;
  for (const Index& i : at)
    if (i.kind == Index::Kind::slice && i.slice.step < 0)
      throw Error("index_put", "writes no slice with a step below 0");
  const Tensor source = cast(values.detach(), x.dtype());
  if (const Tensor mask = lone_mask(x, at, values.shape()); mask.defined()) {
    const Tensor number = reshape(source, {});
    x.copy_(where(mask, add ? x + number : number, x));
    return;
  }
  const Resolved r = resolve(x, at);
  if (r.axes.empty()) {
    if (add) r.view.add_(source);
    else r.view.copy_(source);
    return;
  }
  const Rows rows = rows_of(r);
  Dims inverse = rows.back;
  Shape shape = rows.back;
  const Shape grouped = joined(rows.chosen, rows.rest);
  for (int i = 0; i < rows.back.rank(); ++i) {
    inverse[int(rows.back[i])] = i;
    shape[i] = grouped[int(rows.back[i])];
  }
  if (broadcast(shape, source.shape(), "index_put") != shape)
    throw Error("index_put", "values " + to_string(source.shape()) + " do not fit " + to_string(shape));
  const Tensor dense = permute(expand(source, shape), inverse).contiguous();
  const Tensor target = permute(r.view, indexed_first(r));
  const Tensor y = apply(ScatterOp{"index_put", rows.where, add}, target.contiguous(), rows.number, dense);
  target.copy_(y);
}

struct IndexPut {
  static constexpr auto name = "index_put";
  std::vector<Index> at;
  bool add;
  Spec infer(const Tensor& x, const Tensor&) const { return Spec(x.shape(), x.dtype()); }
  void run(Tensor& y, const Tensor& x, const Tensor& values) const {
    {
      const NoGrad no_grad;
      y.copy_(x);
    }
    put(y, at, values, add);
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor zero = zeros({}, {.dtype = g.dtype(), .device = g.device()});
    Tensor dx = g, dvalues;
    if (saved.needs(0) && !add) dx = index_put(g, at, zero);
    if (saved.needs(1)) {
      const Shape& shape = saved.input_shape(1);
      const Tensor mask = lone_mask(g, at, shape);
      dvalues = mask.defined() ? reshape(sum(where(mask, g, zero)), shape) : sum_to(index(g, at), shape);
    }
    return {std::move(dx), std::move(dvalues)};
  }
};

}  // namespace
}  // namespace detail

Tensor index(const Tensor& x, const std::vector<Index>& at) {
  const detail::Resolved r = detail::resolve(x, at);
  if (r.axes.empty()) return r.view;
  const detail::Rows rows = detail::rows_of(r);
  const Tensor from = permute(r.view, detail::indexed_first(r)).contiguous();
  const Shape shape = detail::joined(rows.chosen, rows.rest);
  return permute(detail::apply(detail::GatherOp{"index", rows.where, shape}, from, rows.number), rows.back);
}

Tensor index_put(const Tensor& x, const std::vector<Index>& at, const Tensor& values, bool add) {
  return detail::apply(detail::IndexPut{at, add}, x, cast(values, x.dtype()));
}

Tensor nonzero(const Tensor& x) {
  detail::refuse_capture("nonzero");
  const Tensor set = cast(x, boolean).to(kCpu).contiguous();
  const detail::PauseRecording pause;
  const auto* const p = static_cast<const bool*>(set.raw());
  const std::int64_t n = set.numel(), rank = x.rank(), count = std::count(p, p + n, true);
  const Tensor y = empty({count, rank}, {.dtype = i64});
  auto* to = static_cast<std::int64_t*>(y.raw());
  for (std::int64_t i = 0; i < n; ++i) {
    if (!p[i]) continue;
    std::int64_t rest = i;
    for (std::int64_t axis = rank - 1; axis >= 0; --axis) {
      to[axis] = rest % x.shape()[int(axis)];
      rest /= x.shape()[int(axis)];
    }
    to += rank;
  }
  return y.to(x.device());
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  if (mask.dtype() != boolean)
    throw Error("masked_select", "the mask must be boolean, not " + std::string(name_of(mask.dtype())));
  const Shape shape = broadcast(x.shape(), mask.shape(), "masked_select");
  const Tensor stretched = expand(x, shape);
  if (shape.rank() == 0) return index(stretched.reshape({1}), {mask.reshape({1})});
  return index(stretched, {expand(mask, shape)});
}

Tensor Tensor::index(std::initializer_list<Index> at) const {
  return lepton::index(*this, std::vector<Index>(at));
}

const Tensor& Tensor::index_put_(std::initializer_list<Index> at, const Tensor& values, bool add) const {
  detail::check_in_place(*this, "index_put_");
  detail::put(*this, std::vector<Index>(at), values, add);
  return *this;
}

const Tensor& Tensor::index_put_(std::initializer_list<Index> at, double value) const {
  return index_put_(at, full({}, value, {.dtype = dtype(), .device = device()}));
}

}  // namespace lepton
