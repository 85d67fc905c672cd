// Reductions that are composed of others.
#include <algorithm>
#include <cmath>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/axis_view.hpp"
#include "src/ops/widen.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

/// A function of real numbers, each axis of which is checked in its name first.
template <class F> Tensor of_reals(const Tensor& x, const Dims& axes, const char* op, F f) {
  for (const std::int64_t axis : axes) normalize_axis(axis, x.rank(), op);
  return detail::widened(x, [&](const Tensor& t) {
    detail::require_computable(t, op);
    return f(t);
  });
}

/// x^(1/p) with gradient 0 where x is 0.
Tensor root(const Tensor& x, double p) {
  const Tensor is_zero = x.detach() == 0, positive = where(is_zero, ones_like(x), x);
  return where(is_zero, zeros_like(x), p == 2 ? sqrt(positive) : pow(positive, 1 / p));
}

Tensor norm_of(const Tensor& x, double p, const Dims& axes, KeepDim keep) {
  if (p == 2) return root(sum(square(x), axes, keep), 2);
  if (p == 0) return cast(sum(x != 0, axes, keep), x.dtype());
  const Tensor size = abs(x);
  if (p == 1) return sum(size, axes, keep);
  if (std::isinf(p)) return p > 0 ? max(size, axes, keep) : min(size, axes, keep);
  return root(sum(pow(size, p), axes, keep), p);
}

}  // namespace

Tensor argmin(const Tensor& x, std::int64_t axis, KeepDim keep) {
  const int a = normalize_axis(axis, x.rank(), "argmin");
  if (x.rank() == 0 || x.shape()[a] == 0) throw Error("argmin", "of nothing: " + to_string(x.shape()));
  return argmax(-(is_floating(x.dtype()) ? x.detach() : cast(x, i64)), a, keep);
}

Tensor any(const Tensor& x, const Dims& axes, KeepDim keep) { return sum(cast(x, boolean), axes, keep) > 0; }
Tensor any(const Tensor& x) { return sum(cast(x, boolean)) > 0; }
Tensor all(const Tensor& x, const Dims& axes, KeepDim keep) { return sum(x == 0, axes, keep) == 0; }
Tensor all(const Tensor& x) { return sum(x == 0) == 0; }

Tensor logsumexp(const Tensor& x, const Dims& axes, KeepDim keep) {
  return of_reals(x, axes, "logsumexp", [&](const Tensor& t) {
    Tensor top;
    {
      const NoGrad no_grad;  // the shift cancels out of the value and of every derivative
      top = max(t, axes, KeepDim::yes);
      top = where(abs(top) < double(INFINITY), top, zeros_like(top));
    }
    const Tensor total = log(sum(exp(t - top), axes, keep));
    return total + reshape(top, total.shape());
  });
}

Tensor variance(const Tensor& x, const Dims& axes, double correction, KeepDim keep) {
  return of_reals(x, axes, "variance", [&](const Tensor& t) {
    const Tensor total = sum(square(t - mean(t, axes, KeepDim::yes)), axes, keep);
    const double n = double(t.numel()) / double(std::max<std::int64_t>(total.numel(), 1));
    return total / std::max(n - correction, 0.0);
  });
}
Tensor variance(const Tensor& x, const Dims& axes, KeepDim keep) { return variance(x, axes, 1, keep); }

Tensor standard_deviation(const Tensor& x, const Dims& axes, double correction, KeepDim keep) {
  return of_reals(x, axes, "standard_deviation",
                  [&](const Tensor& t) { return sqrt(variance(t, axes, correction, keep)); });
}

Tensor norm(const Tensor& x, double p, const Dims& axes, KeepDim keep) {
  return of_reals(x, axes, "norm", [&](const Tensor& t) { return norm_of(t, p, axes, keep); });
}
Tensor norm(const Tensor& x, double p) { return norm(x, p, detail::all_axes(x)); }

}  // namespace lepton
