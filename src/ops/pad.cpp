// Padding: a constant is filled in around a copy, other modes choose elements by index, axis by axis.
#include <algorithm>

#include "lepton/ops/arrange.hpp"
#include "lepton/ops/index.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/places.hpp"

namespace lepton {
namespace detail {
namespace {

/// The middle of y, which lies `before[i]` behind its start.
Tensor middle_of(Tensor y, const Dims& before, const Shape& shape) {
  for (int i = 0; i < y.rank(); ++i)
    if (shape[i] != y.shape()[i]) y = slice(y, i, before[i], before[i] + shape[i]);
  return y;
}

struct Pad {
  static constexpr auto name = "pad";
  Dims before;
  Shape shape;
  double value;
  Spec infer(const Tensor& x) const { return Spec(shape, x.dtype()); }
  void run(Tensor& y, const Tensor& x) const {
    const NoGrad no_grad;
    y.fill_(value);
    middle_of(y, before, x.shape()).copy_(x);
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    return middle_of(g, before, saved.input_shape(0));
  }
};

/// Which element stands at place i of an axis of n that goes on before 0 and behind n.
std::int64_t source(std::int64_t i, std::int64_t n, PadMode mode) {
  switch (mode) {
    case PadMode::reflect: return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
    case PadMode::replicate: return std::clamp<std::int64_t>(i, 0, n - 1);
    default: return (i % n + n) % n;
  }
}

void check_sides(const Shape& shape, int axis, Sides s, PadMode mode) {
  const std::int64_t n = shape[axis];
  const std::int64_t most = mode == PadMode::reflect    ? n - 1
                            : mode == PadMode::circular ? n
                            : n > 0                     ? INT64_MAX
                                                        : 0;
  if (n + s.before + s.after < 0 || -s.before > n || -s.after > n ||
      (mode != PadMode::constant && std::max(s.before, s.after) > most))
    throw Error("pad", "axis " + std::to_string(axis) + " of " + to_string(shape) + " cannot get " +
                           std::to_string(s.before) + " before and " + std::to_string(s.after) + " behind");
}

/// x without what negative sides cut off, which they are then no more.
Tensor cut(const Tensor& x, int axis, Sides& s) {
  const std::int64_t first = std::max<std::int64_t>(-s.before, 0), last = std::max<std::int64_t>(-s.after, 0);
  s = {std::max<std::int64_t>(s.before, 0), std::max<std::int64_t>(s.after, 0)};
  return first + last == 0 ? x : slice(x, axis, first, x.shape()[axis] - last);
}

}  // namespace
}  // namespace detail

Tensor pad(const Tensor& x, const std::vector<Sides>& sides, PadMode mode, double value) {
  const int first = x.rank() - int(sides.size());
  if (first < 0)
    throw Error("pad", std::to_string(sides.size()) + " pairs of sides for " + to_string(x.shape()));
  Tensor y = x;
  Dims before = x.shape();
  Shape shape = x.shape();
  for (int i = 0; i < x.rank(); ++i) {
    before[i] = 0;
    if (i < first) continue;
    Sides s = sides[std::size_t(i - first)];
    detail::check_sides(x.shape(), i, s, mode);
    y = detail::cut(y, i, s);
    before[i] = s.before;
    const std::int64_t n = y.shape()[i], all = n + s.before + s.after;
    shape[i] = all;
    if (mode != PadMode::constant && all != n)
      y = index_select(
          y, i,
          detail::places(
              all, [&](std::int64_t k) { return detail::source(k - s.before, n, mode); }, x.device()));
  }
  return mode == PadMode::constant && y.shape() != shape ? detail::apply(detail::Pad{before, shape, value}, y)
                                                         : y;
}

}  // namespace lepton
