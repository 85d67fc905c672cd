// Views: reshape, permute, expand, slice, and the methods of Tensor built on them.
#include "lepton/ops/shape.hpp"

#include <algorithm>

#include "lepton/tensor/factory.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/sum_to.hpp"
#include "src/ops/walk.hpp"

namespace lepton {
namespace detail {
namespace {

struct Reshape {
  static constexpr auto name = "reshape";
  Grads backward(const Saved& saved, const Tensor& g) const { return reshape(g, saved.input_shape(0)); }
};

struct Permute {
  static constexpr auto name = "permute";
  Dims axes;
  Grads backward(const Saved&, const Tensor& g) const {
    Dims inverse = axes;
    for (int i = 0; i < axes.rank(); ++i) inverse[int(axes[i])] = i;
    return permute(g, inverse);
  }
};

struct Expand {
  static constexpr auto name = "expand";
  Grads backward(const Saved& saved, const Tensor& g) const { return sum_to(g, saved.input_shape(0)); }
};

struct Range {
  int axis;
  std::int64_t start, stop, step;
};

/// Zeros of `shape` with `g` written where the range lies: the gradient of a slice.
struct SliceGrad {
  static constexpr auto name = "slice_grad";
  Range range;
  Shape shape;
  Spec infer(const Tensor& g) const { return Spec(shape, g.dtype()); }
  void run(Tensor& y, const Tensor& g) const {
    const NoGrad no_grad;
    y.zero_();
    slice(y, range.axis, range.start, range.stop, range.step).copy_(g);
  }
  Grads backward(const Saved&, const Tensor& g) const {
    return slice(g, range.axis, range.start, range.stop, range.step);
  }
};

struct Slice {
  static constexpr auto name = "slice";
  Range range;
  Grads backward(const Saved& saved, const Tensor& g) const {
    return apply(SliceGrad{range, saved.input_shape(0)}, g);
  }
};

/// Fills in a -1 and checks the count of elements.
Shape resolve(const Shape& wanted, const Tensor& x) {
  Shape shape = wanted;
  int open = -1;
  std::int64_t known = 1;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] != -1) known *= shape[i];
    else if (open >= 0) throw Error("reshape", "more than one -1 in " + to_string(wanted));
    else open = i;
  }
  if (open >= 0 && known > 0 && x.numel() % known == 0) shape[open] = x.numel() / known;
  for (int i = 0; i < shape.rank(); ++i)
    if (shape[i] < 0) throw Error("reshape", to_string(x.shape()) + " has no shape " + to_string(wanted));
  if (shape.numel() != x.numel())
    throw Error("reshape", to_string(x.shape()) + " has " + std::to_string(x.numel()) + " elements, " +
                               to_string(wanted) + " has " + std::to_string(shape.numel()));
  return shape;
}

/// Strides of `x` seen as `shape`, if no element has to move: each run of x's axes that is evenly spaced is cut
/// anew into a run of the new shape's.
bool view_strides(const Tensor& x, const Shape& shape, Strides& out) {
  const Shape& from = x.shape();
  out = shape;
  int i = 0, j = 0;
  while (i < from.rank() || j < shape.rank()) {
    std::int64_t a = 1, b = 1;
    int i0 = i, j0 = j;
    if (i < from.rank()) a = from[i++];
    if (j < shape.rank()) b = shape[j++];
    while (a != b) {
      if (a < b) {
        if (i == from.rank()) return false;
        a *= from[i++];
      } else {
        if (j == shape.rank()) return false;
        b *= shape[j++];
      }
    }
    std::int64_t step = 0, expected = 0;
    bool first = true;
    for (int k = i - 1; k >= i0; --k) {
      if (from[k] == 1) continue;
      if (first) step = x.strides()[k];
      else if (x.strides()[k] != expected) return false;
      expected = x.strides()[k] * from[k];
      first = false;
    }
    if (first) step = 1;
    for (int k = j - 1; k >= j0; --k) {
      out[k] = step;
      step *= shape[k];
    }
  }
  return true;
}

}  // namespace
}  // namespace detail

Tensor reshape(const Tensor& x, const Shape& wanted) {
  const Shape shape = detail::resolve(wanted, x);
  Strides strides;
  if (x.is_contiguous() || shape.numel() == 0) strides = contiguous_strides(shape);
  else if (!detail::view_strides(x, shape, strides)) return reshape(x.clone(), shape);
  return detail::apply_view(detail::Reshape{}, x, shape, strides, x.impl().offset);
}

Tensor permute(const Tensor& x, const Dims& axes) {
  if (axes.rank() != x.rank())
    throw Error("permute", to_string(axes) + " does not name every axis of " + to_string(x.shape()));
  Shape shape = x.shape();
  Strides strides = x.strides();
  Dims order = axes;
  unsigned seen = 0;
  for (int i = 0; i < axes.rank(); ++i) {
    const int from = normalize_axis(axes[i], x.rank(), "permute");
    if (seen >> from & 1u) throw Error("permute", "axis " + std::to_string(from) + " twice in " + to_string(axes));
    seen |= 1u << from;
    order[i] = from;
    shape[i] = x.shape()[from];
    strides[i] = x.strides()[from];
  }
  return detail::apply_view(detail::Permute{order}, x, shape, strides, x.impl().offset);
}

Tensor expand(const Tensor& x, const Shape& shape) {
  if (broadcast(x.shape(), shape, "expand") != shape)
    throw Error("expand", to_string(x.shape()) + " does not stretch to " + to_string(shape));
  return detail::apply_view(detail::Expand{}, x, shape, detail::broadcast_strides(x, shape), x.impl().offset);
}

Tensor slice(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t stop, std::int64_t step) {
  const int a = normalize_axis(axis, x.rank(), "slice");
  if (x.rank() == 0) throw Error("slice", "a scalar has no axis to slice");
  if (step < 1) throw Error("slice", "step must be at least 1, got " + std::to_string(step));
  const std::int64_t n = x.shape()[a];
  const auto place = [n](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + n : i, 0, n); };
  start = place(start);
  stop = std::max(place(stop), start);
  Shape shape = x.shape();
  Strides strides = x.strides();
  shape[a] = stop > start ? (stop - start - 1) / step + 1 : 0;
  if (shape[a] > 1) strides[a] *= step;
  const std::int64_t offset = x.impl().offset + start * x.strides()[a];
  return detail::apply_view(detail::Slice{{a, start, stop, step}}, x, shape, strides, offset);
}

Tensor flatten(const Tensor& x) { return x.flatten(1); }

Tensor Tensor::reshape(Shape shape) const { return lepton::reshape(*this, shape); }
Tensor Tensor::expand(const Shape& shape) const { return lepton::expand(*this, shape); }
Tensor Tensor::permute(std::initializer_list<std::int64_t> axes) const { return lepton::permute(*this, Dims(axes)); }

Tensor Tensor::transpose(std::int64_t a, std::int64_t b) const {
  Dims axes = shape();
  for (int i = 0; i < rank(); ++i) axes[i] = i;
  std::swap(axes[normalize_axis(a, rank(), "transpose")], axes[normalize_axis(b, rank(), "transpose")]);
  return lepton::permute(*this, axes);
}

Tensor Tensor::slice(std::int64_t axis, std::int64_t start, std::int64_t stop, std::int64_t step) const {
  return lepton::slice(*this, axis, start, stop, step);
}

Tensor Tensor::select(std::int64_t axis, std::int64_t index) const {
  if (rank() == 0) throw Error("select", "a scalar has no axis to select from");
  const int a = normalize_axis(axis, rank(), "select");
  const std::int64_t n = size(a), i = index < 0 ? index + n : index;
  if (i < 0 || i >= n)
    throw Error("select", "index " + std::to_string(index) + " is out of range for axis " + std::to_string(a) +
                              " of " + to_string(shape()));
  return slice(a, i, i + 1).squeeze(a);
}

Tensor Tensor::squeeze(std::int64_t axis) const {
  if (rank() == 0) throw Error("squeeze", "a scalar has no axes");
  const int a = normalize_axis(axis, rank(), "squeeze");
  Shape s = shape();
  if (s[a] != 1) throw Error("squeeze", "axis " + std::to_string(a) + " of " + to_string(s) + " is not 1");
  s.erase(a);
  return reshape(s);
}

Tensor Tensor::unsqueeze(std::int64_t axis) const {
  const int a = normalize_axis(axis, rank() + 1, "unsqueeze");
  Shape s = shape();
  s.insert(a, 1);
  return reshape(s);
}

Tensor Tensor::flatten(std::int64_t first, std::int64_t last) const {
  const int a = normalize_axis(first, rank(), "flatten"), b = normalize_axis(last, rank(), "flatten");
  Shape s;
  std::int64_t product = 1;
  for (int i = 0; i < rank(); ++i) {
    if (i < a || i > b) s.push_back(size(i));
    else product *= size(i);
    if (i == b) s.push_back(product);
  }
  return reshape(rank() == 0 ? Shape{1} : s);
}

}  // namespace lepton
