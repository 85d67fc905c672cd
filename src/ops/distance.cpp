// Distances, composed.
#include "lepton/ops/distance.hpp"

#include <cmath>
#include <limits>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "src/tensor/make.hpp"

namespace lepton {

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, std::int64_t axis, double eps) {
  detail::require_computable(x1, "cosine_similarity");
  detail::require_computable(x2, "cosine_similarity");
  const Shape shape = broadcast(x1.shape(), x2.shape(), "cosine_similarity");
  if (shape.rank() == 0) throw Error("cosine_similarity", "scalars have no axis");
  const std::int64_t a = normalize_axis(axis, shape.rank(), "cosine_similarity");
  const Tensor u = x1.expand(shape), v = x2.expand(shape);
  const double limit = std::numeric_limits<double>::infinity();
  const auto length = [&](const Tensor& t) { return sqrt(clamp(sum(square(t), {a}), eps * eps, limit)); };
  return sum(u * v, {a}) / (length(u) * length(v));
}

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, const PairwiseDistanceOptions& o) {
  detail::require_computable(x1, "pairwise_distance");
  detail::require_computable(x2, "pairwise_distance");
  const Shape shape = broadcast(x1.shape(), x2.shape(), "pairwise_distance");
  if (shape.rank() == 0) throw Error("pairwise_distance", "needs [..., D], got scalars");
  if (!(o.p > 0)) throw Error("pairwise_distance", "p must be positive");
  const Tensor d = x1 - x2 + o.eps;
  const KeepDim keep = o.keepdim ? KeepDim::yes : KeepDim::no;
  if (o.p == 2) return sqrt(sum(square(d), {-1}, keep));
  if (o.p == 1) return sum(abs(d), {-1}, keep);
  if (std::isinf(o.p)) return max(abs(d), {-1}, keep);
  return pow(sum(pow(abs(d), o.p), {-1}, keep), 1 / o.p);
}

}  // namespace lepton
