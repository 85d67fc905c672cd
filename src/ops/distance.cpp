// Distances, composed.
#include "lepton/ops/distance.hpp"

#include <cmath>
#include <limits>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/axis_view.hpp"
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

Tensor cdist(const Tensor& a, const Tensor& b, double p) {
  if (a.rank() < 2 || b.rank() < 2 || a.size(-1) != b.size(-1))
    throw Error("cdist", "needs [..., m, D] and [..., n, D], got " + to_string(a.shape()) + " and " +
                             to_string(b.shape()));
  if (!(p >= 0)) throw Error("cdist", "p must not be negative");
  return norm(a.unsqueeze(-2) - b.unsqueeze(-3), p, {-1});
}

Tensor renorm(const Tensor& x, double p, std::int64_t axis, double most) {
  const int a = detail::checked_axis(x, axis, "renorm");
  if (!(p > 0 && most >= 0)) throw Error("renorm", "needs a positive p and a length that is not negative");
  Dims others;
  for (int i = 0; i < x.rank(); ++i)
    if (i != a) others.push_back(i);
  const Tensor length = others.rank() ? norm(x, p, others, KeepDim::yes) : abs(x);
  return x * where(length > most, most / (length + 1e-7), ones_like(length));
}

}  // namespace lepton
