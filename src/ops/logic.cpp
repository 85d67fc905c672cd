// Questions about elements, composed of comparisons.
#include "lepton/ops/logic.hpp"

#include <cmath>

#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton {
namespace {

/// As 0 and 1 of a type that is computed with.
Tensor truth(const Tensor& x) { return cast(cast(x, boolean), u8); }

Tensor number_like(const Tensor& x, double value) {
  return full({}, value, {.dtype = x.dtype(), .device = x.device()});
}

}  // namespace

Tensor logical_not(const Tensor& x) { return cast(x, boolean) == 0; }
Tensor logical_and(const Tensor& a, const Tensor& b) { return cast(minimum(truth(a), truth(b)), boolean); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return cast(maximum(truth(a), truth(b)), boolean); }
Tensor logical_xor(const Tensor& a, const Tensor& b) { return cast(a, boolean) != cast(b, boolean); }

Tensor isnan(const Tensor& x) { return x != x; }

Tensor isinf(const Tensor& x) {
  return is_floating(x.dtype()) ? abs(x.detach()) == double(INFINITY)
                                : zeros(x.shape(), {boolean, x.device()});
}

Tensor isfinite(const Tensor& x) {
  return is_floating(x.dtype()) ? abs(x.detach()) < double(INFINITY) : ones(x.shape(), {boolean, x.device()});
}

Tensor isclose(const Tensor& a, const Tensor& b, double relative, double absolute, bool equal_nan) {
  const Tensor p = a.detach(), q = b.detach();
  const Tensor near = abs(p - q) <= relative * abs(q) + absolute;
  const Tensor close = logical_or(p == q, logical_and(isfinite(q), near));  // equal infinities are close
  return equal_nan ? logical_or(close, logical_and(isnan(p), isnan(q))) : close;
}

bool allclose(const Tensor& a, const Tensor& b, double relative, double absolute, bool equal_nan) {
  return all(isclose(a, b, relative, absolute, equal_nan)).item() != 0;
}
bool equal(const Tensor& a, const Tensor& b) { return a.shape() == b.shape() && all(a == b).item() != 0; }

Tensor isin(const Tensor& x, const Tensor& values) {
  const Tensor list = reshape(values, {-1});
  return any(x.unsqueeze(-1) == list, {-1});
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, double value) {
  if (broadcast(x.shape(), mask.shape(), "masked_fill") != x.shape())
    throw Error("masked_fill", "mask " + to_string(mask.shape()) + " does not fit " + to_string(x.shape()));
  return where(mask, number_like(x, value), x);
}

Tensor nan_to_num(const Tensor& x, double nan, double inf, double minus_inf) {
  if (!is_floating(x.dtype())) return x;
  const Tensor known = where(isnan(x), number_like(x, nan), x);
  const Tensor below = where(x == double(INFINITY), number_like(x, inf), known);
  return where(x == -double(INFINITY), number_like(x, minus_inf), below);
}

}  // namespace lepton
