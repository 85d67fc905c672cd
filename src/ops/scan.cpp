// Running sums, products and extremes: one kernel. A product is the last of the running ones, so that its gradient is theirs.
#include "lepton/ops/scan.hpp"

#include <cmath>

#include "kernels/scan.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/logic.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/axis_view.hpp"
#include "src/ops/widen.hpp"

namespace lepton {
namespace detail {
namespace {

void launch_scan(const Tensor& y, const Tensor& x, kernels::Scan kind, int axis, bool reverse) {
  const AxisView view(x.shape(), axis);
  const Tensor dense = x.contiguous();
  kernels::ScanArgs args{};
  args.outer = view.outer;
  args.n = view.size;
  args.inner = view.inner;
  args.dtype = x.dtype();
  args.kind = kind;
  args.reverse = reverse;
  if (x.numel() > 0) launch(kernels::scan, args, {reads(args.x, dense), writes(args.y, y)});
}

struct Cumsum {
  static constexpr auto name = "cumsum";
  int axis;
  bool reverse;
  Spec infer(const Tensor& x) const { return Spec(x.shape(), x.dtype()); }
  void run(Tensor& y, const Tensor& x) const { launch_scan(y, x, kernels::Scan::sum, axis, reverse); }
  Grads backward(const Saved&, const Tensor& g) const { return apply(Cumsum{axis, !reverse}, g); }
};

struct Cumprod {
  static constexpr auto name = "cumprod";
  static constexpr unsigned saves_inputs = 1;
  int axis;
  Spec infer(const Tensor& x) const { return Spec(x.shape(), x.dtype()); }
  void run(Tensor& y, const Tensor& x) const { launch_scan(y, x, kernels::Scan::product, axis, false); }
  Grads backward(const Saved& saved, const Tensor& g) const;
};

/// dy[k]/dx[i] is y[k] / x[i] up to the first 0. At it the others' product is had by putting a 1 there; behind it all
/// products are 0.
Grads Cumprod::backward(const Saved& saved, const Tensor& g) const {
  const Tensor& x = saved.input(0);
  const auto sums_behind = [&](const Tensor& t) { return apply(Cumsum{axis, true}, t); };
  const Tensor zeros_so_far = cumsum(x == 0, axis), one = ones({}, {x.dtype(), x.device()});
  const Tensor is_zero = x == 0, first = where(is_zero, zeros_so_far, zeros_like(zeros_so_far)) == 1;
  const Tensor before = sums_behind(g * cumprod(x, axis)) / where(is_zero, one, x);
  const Tensor at_first = sums_behind(g * cumprod(where(first, one, x), axis));
  return where(zeros_so_far == 0, before, where(first, at_first, zeros_like(x)));
}

/// log(e^x[0] + ... + e^x[k]). Its gradient by x[i] is the sum of g[k] e^(x[i] - y[k]) over k >= i: e^x[i] times another
/// running sum, which is taken in logarithms too, of the positive and of the negative g apart.
struct Logcumsumexp {
  static constexpr auto name = "logcumsumexp";
  static constexpr unsigned saves_inputs = 1;
  static constexpr unsigned saves_outputs = 1;
  int axis;
  bool reverse;
  Spec infer(const Tensor& x) const { return Spec(x.shape(), x.dtype()); }
  void run(Tensor& y, const Tensor& x) const { launch_scan(y, x, kernels::Scan::log_sum, axis, reverse); }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor &x = saved.input(0), &y = saved.output(0);
    const Tensor nothing = full({}, -double(INFINITY), {x.dtype(), x.device()}),
                 one = ones({}, {x.dtype(), x.device()});
    const auto part = [&](const Tensor& of) {  // where `of`, g or -g, is positive
      const Tensor counts = logical_and(of > 0, y > -double(INFINITY));
      const Tensor logs = where(counts, log(where(counts, of, one)) - where(counts, y, one), nothing);
      return exp(apply(Logcumsumexp{axis, !reverse}, logs) + x);
    };
    return part(g) - part(-g);
  }
};

/// The places of the running extremes; the last of equal ones, or of NaNs.
struct RunningPlace {
  static constexpr auto name = "running_place";
  int axis;
  kernels::Scan kind;
  Spec infer(const Tensor& x) const { return Spec(x.shape(), i64); }
  void run(Tensor& y, const Tensor& x) const { launch_scan(y, x, kind, axis, false); }
};

Ranked running_extreme(const Tensor& x, std::int64_t axis, kernels::Scan kind, const char* op) {
  const int a = checked_axis(x, axis, op);
  const DType dtype = x.dtype() == f64 ? f64 : is_floating(x.dtype()) ? f32 : i64;
  const Tensor places = apply(RunningPlace{a, kind}, cast(x.detach(), dtype));
  return {gather(x, a, places), places};
}

Tensor summable(const Tensor& x) { return is_floating(x.dtype()) ? x : cast(x, i64); }

}  // namespace
}  // namespace detail

Tensor cumsum(const Tensor& x, std::int64_t axis) {
  const int a = detail::checked_axis(x, axis, "cumsum");
  return detail::widened(detail::summable(x), [a](const Tensor& t) {
    return detail::apply(detail::Cumsum{a, false}, t);
  });
}

Tensor cumprod(const Tensor& x, std::int64_t axis) {
  const int a = detail::checked_axis(x, axis, "cumprod");
  return detail::widened(detail::summable(x),
                         [a](const Tensor& t) { return detail::apply(detail::Cumprod{a}, t); });
}

Tensor logcumsumexp(const Tensor& x, std::int64_t axis) {
  const int a = detail::checked_axis(x, axis, "logcumsumexp");
  return detail::widened(x, [a](const Tensor& t) {
    detail::require_computable(t, "logcumsumexp");
    return detail::apply(detail::Logcumsumexp{a, false}, t);
  });
}

Ranked cummax(const Tensor& x, std::int64_t axis) {
  return detail::running_extreme(x, axis, kernels::Scan::max_place, "cummax");
}
Ranked cummin(const Tensor& x, std::int64_t axis) {
  return detail::running_extreme(x, axis, kernels::Scan::min_place, "cummin");
}

Tensor diff(const Tensor& x, std::int64_t times, std::int64_t axis) {
  const int a = detail::checked_axis(x, axis, "diff");
  if (times < 0) throw Error("diff", "cannot be taken " + std::to_string(times) + " times");
  Tensor y = x;
  for (; times > 0 && y.size(a) > 0; --times) y = slice(y, a, 1, y.size(a)) - slice(y, a, 0, y.size(a) - 1);
  return y;
}

Tensor prod(const Tensor& x, const Dims& axes, KeepDim keep) {
  Dims order, kept, ones_kept = x.shape();
  unsigned gone = 0;
  for (const std::int64_t axis : axes) gone |= 1u << normalize_axis(axis, x.rank(), "prod");
  for (int i = 0; i < x.rank(); ++i)
    if (!(gone >> i & 1u)) {
      order.push_back(i);
      kept.push_back(x.shape()[i]);
    }
  Shape grouped = kept;
  std::int64_t count = 1;
  for (int i = 0; i < x.rank(); ++i)
    if (gone >> i & 1u) {
      order.push_back(i);
      count *= x.shape()[i];
      ones_kept[i] = 1;
    }
  grouped.push_back(count);
  const Tensor factors = detail::summable(x);
  const Tensor y = count == 0 ? ones(kept, {factors.dtype(), x.device()})
                              : cumprod(reshape(permute(factors, order), grouped)).select(-1, -1);
  return keep == KeepDim::yes ? reshape(y, ones_kept) : y;
}

Tensor prod(const Tensor& x) { return prod(x, detail::all_axes(x)); }

}  // namespace lepton
