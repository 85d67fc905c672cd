// Local response normalisation, composed.
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/norm.hpp"
#include "lepton/ops/shape.hpp"
#include "src/ops/edges.hpp"
#include "src/tensor/make.hpp"

namespace lepton {

Tensor local_response_norm(const Tensor& x, std::int64_t size, const LocalResponseNormOptions& o) {
  constexpr auto kOp = "local_response_norm";
  detail::require_computable(x, kOp);
  if (x.rank() < 2) throw Error(kOp, "needs [N, C, ...], got " + to_string(x.shape()));
  if (size < 1) throw Error(kOp, "needs at least one channel, not " + std::to_string(size));
  const std::int64_t channels = x.size(1);
  const Tensor squares = detail::with_edges(square(x), 1, size / 2, (size - 1) / 2);
  Tensor total;
  for (std::int64_t k = 0; k < size; ++k) {
    const Tensor part = squares.slice(1, k, k + channels);
    total = total.defined() ? total + part : part;
  }
  return x / pow(total * (o.alpha / double(size)) + o.k, o.beta);
}

}  // namespace lepton
