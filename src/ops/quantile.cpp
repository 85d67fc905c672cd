// Quantiles: sorted, then read at places that the number of elements gives.
#include <limits>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/logic.hpp"
#include "lepton/ops/maths.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/ops/sort.hpp"
#include "lepton/ops/statistics.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/axis_view.hpp"
#include "src/ops/widen.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

/// Rows in ascending order, NaN last, and how many of each count: [..., 1] in f64, for places are no f32.
struct Ordered {
  Tensor values, count;
};

Tensor at_share(const Ordered& rows, double q, Between between) {
  const Tensor place = clamp((rows.count - 1) * q, 0, std::numeric_limits<double>::infinity());
  const auto at = [&](const Tensor& p) { return gather(rows.values, -1, cast(p, i64)); };
  switch (between) {
    case Between::lower: return at(floor(place));
    case Between::higher: return at(ceil(place));
    case Between::nearest: return at(round(place));
    default: break;
  }
  const Tensor below = at(floor(place)), above = at(ceil(place));
  if (between == Between::midpoint) return lerp(below, above, 0.5);
  return lerp(below, above, cast(frac(place), below.dtype()));
}

enum class OfNaN : bool { wins, is_left_out };

/// For each q the quantiles along the axis, whose size becomes 1.
std::vector<Tensor> quantiles(const Tensor& x, const std::vector<double>& shares, int axis, Between between,
                              OfNaN nan) {
  const Tensor values = sort(x.transpose(axis, -1)).values, last = values.slice(-1, -1);
  const Tensor valid = cast(isnan(values) == 0, f64);
  const Ordered rows{values, nan == OfNaN::wins
                                 ? full_like(sum(valid, {-1}, KeepDim::yes), double(values.size(-1)))
                                 : sum(valid, {-1}, KeepDim::yes)};
  std::vector<Tensor> found;
  for (const double q : shares) {
    const Tensor y = at_share(rows, q, between);
    found.push_back((nan == OfNaN::wins ? where(isnan(last), last, y) : y).transpose(axis, -1));
  }
  return found;
}

std::vector<Tensor> checked(const char* op, const Tensor& x, const std::vector<double>& shares,
                            std::int64_t axis, KeepDim keep, Between between, OfNaN nan) {
  const int a = detail::checked_axis(x, axis, op);
  if (x.size(a) == 0)
    throw Error(op, "of nothing along axis " + std::to_string(a) + " of " + to_string(x.shape()));
  for (const double q : shares)
    if (!(q >= 0 && q <= 1)) throw Error(op, "shares lie in [0, 1], not " + std::to_string(q));
  const Tensor wide = detail::is_half(x.dtype()) ? cast(x, f32) : x;
  detail::require_computable(wide, op);
  std::vector<Tensor> found = quantiles(wide, shares, a, between, nan);
  for (Tensor& y : found) y = cast(keep == KeepDim::yes ? y : y.squeeze(a), x.dtype());
  return found;
}

}  // namespace

Tensor quantile(const Tensor& x, double q, std::int64_t axis, KeepDim keep, Between between) {
  return checked("quantile", x, {q}, axis, keep, between, OfNaN::wins)[0];
}
Tensor quantile(const Tensor& x, const std::vector<double>& q, std::int64_t axis, KeepDim keep,
                Between between) {
  return stack(checked("quantile", x, q, axis, keep, between, OfNaN::wins));
}
Tensor nanquantile(const Tensor& x, double q, std::int64_t axis, KeepDim keep, Between between) {
  return checked("nanquantile", x, {q}, axis, keep, between, OfNaN::is_left_out)[0];
}
Tensor nanquantile(const Tensor& x, const std::vector<double>& q, std::int64_t axis, KeepDim keep,
                   Between between) {
  return stack(checked("nanquantile", x, q, axis, keep, between, OfNaN::is_left_out));
}

}  // namespace lepton
