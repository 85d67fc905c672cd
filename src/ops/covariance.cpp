// Statistics that leave NaN out, and what varies together.
#include <algorithm>

#include "lepton/core/autocast.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/logic.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/ops/statistics.hpp"
#include "src/ops/widen.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

Tensor total(const Tensor& x, const Dims& axes, KeepDim keep) {
  return axes.rank() ? sum(x, axes, keep) : sum(x);
}

}  // namespace

Tensor nansum(const Tensor& x, const Dims& axes, KeepDim keep) {
  return total(is_floating(x.dtype()) ? masked_fill(x, isnan(x.detach()), 0) : x, axes, keep);
}

Tensor nanmean(const Tensor& x, const Dims& axes, KeepDim keep) {
  return detail::widened(x, [&](const Tensor& t) {
    detail::require_computable(t, "nanmean");
    const Tensor valid = isnan(t.detach()) == 0;
    return nansum(t, axes, keep) / cast(total(valid, axes, keep), t.dtype());
  });
}

Tensor covariance(const Tensor& x, double correction) {
  detail::require_computable(x, "covariance");
  if (x.rank() != 1 && x.rank() != 2)
    throw Error("covariance",
                "takes [variables, observations] or [observations], not " + to_string(x.shape()));
  const Autocast exact(f32);  // statistics are no layer's products
  const Tensor d = x - mean(x, {-1}, KeepDim::yes);
  const Tensor products = x.rank() == 1 ? sum(square(d)) : matmul(d, d.transpose());
  return products / std::max(double(x.size(-1)) - correction, 0.0);
}

Tensor correlation(const Tensor& x) {
  detail::require_computable(x, "correlation");
  if (x.rank() != 2)
    throw Error("correlation", "takes [variables, observations], not " + to_string(x.shape()));
  const Autocast exact(f32);
  const Tensor d = x - mean(x, {-1}, KeepDim::yes), length = sqrt(sum(square(d), {-1}));
  return clamp(matmul(d, d.transpose()) / (length.unsqueeze(1) * length.unsqueeze(0)), -1, 1);
}

}  // namespace lepton
