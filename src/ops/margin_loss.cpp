// Losses with a margin, composed.
#include "lepton/ops/margin_loss.hpp"

#include "lepton/ops/cast.hpp"
#include "lepton/ops/distance.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/index.hpp"
#include "src/ops/pick.hpp"
#include "src/ops/reduction.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

void check_rows(const Tensor& a, const Tensor& b, const char* op) {
  detail::check_pair(a, b, op);
  if (a.rank() != 1 && a.rank() != 2) throw Error(op, "needs [N, D] or [D], got " + to_string(a.shape()));
}

/// What the two triplet losses are before they are reduced.
template <class F>
Tensor triplet_losses(const Tensor& anchor, const Tensor& positive, const Tensor& negative, F&& distance,
                      double margin, bool swap) {
  Tensor apart = distance(anchor, negative);
  if (swap) apart = minimum(apart, distance(positive, negative));
  return relu(distance(anchor, positive) - apart + margin);
}

}  // namespace

Tensor hinge_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  detail::check_pair(x, target, "hinge_loss");
  return detail::reduced(relu(1 - target * x), reduction);
}

Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, const HingeEmbeddingOptions& o) {
  detail::check_pair(x, target, "hinge_embedding_loss");
  return detail::reduced(where(target > 0, x, relu(o.margin - x)), o.reduction);
}

Tensor cosine_embedding_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                             const CosineEmbeddingOptions& o) {
  constexpr auto kOp = "cosine_embedding_loss";
  check_rows(x1, x2, kOp);
  Shape fitting = x1.shape();
  fitting.erase(x1.rank() - 1);
  if (target.shape() != fitting)
    throw Error(kOp, "target " + to_string(target.shape()) + " does not fit input " + to_string(x1.shape()));
  constexpr double kEps = 1e-12;  // PyTorch's, which keeps rows of zeros from dividing by zero
  const auto squares = [](const Tensor& x) { return sum(square(x), {-1}) + kEps; };
  const Tensor cosine = sum(x1 * x2, {-1}) / sqrt(squares(x1) * squares(x2));
  return detail::reduced(where(target > 0, 1 - cosine, relu(cosine - o.margin)), o.reduction);
}

Tensor margin_ranking_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                           const MarginRankingOptions& o) {
  detail::check_pair(x1, x2, "margin_ranking_loss");
  detail::check_beside(x1, target, "target", "margin_ranking_loss");
  return detail::reduced(relu(o.margin - target * (x1 - x2)), o.reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginOptions& o) {
  check_rows(anchor, positive, "triplet_margin_loss");
  check_rows(anchor, negative, "triplet_margin_loss");
  const auto distance = [&](const Tensor& a, const Tensor& b) {
    return pairwise_distance(a, b, {.p = o.p, .eps = o.eps});
  };
  return detail::reduced(triplet_losses(anchor, positive, negative, distance, o.margin, o.swap), o.reduction);
}

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         const TripletDistanceOptions& o) {
  constexpr auto kOp = "triplet_margin_with_distance_loss";
  detail::check_pair(anchor, positive, kOp);
  detail::check_pair(anchor, negative, kOp);
  const auto distance = [&](const Tensor& a, const Tensor& b) {
    return o.distance_function ? o.distance_function(a, b) : pairwise_distance(a, b);
  };
  return detail::reduced(triplet_losses(anchor, positive, negative, distance, o.margin, o.swap), o.reduction);
}

Tensor soft_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  detail::check_pair(x, target, "soft_margin_loss");
  return detail::reduced(softplus(-target * x), reduction);
}

Tensor multi_margin_loss(const Tensor& x, const Tensor& target, const MultiMarginOptions& o) {
  constexpr auto kOp = "multi_margin_loss";
  detail::require_computable(x, kOp);
  if (o.p != 1 && o.p != 2) throw Error(kOp, "p must be 1 or 2");
  if (x.rank() != 2 || target.shape() != Shape{x.shape()[0]} || target.dtype() != i64)
    throw Error(kOp, "needs x [N, C] and targets [N] of type i64, got " + to_string(x.shape()) + " and " +
                         to_string(target.shape()) + " " + std::string(name_of(target.dtype())));
  const std::int64_t rows = x.shape()[0], classes = x.shape()[1];
  const Tensor right = detail::pick(x, target, detail::kNoneIgnored, kOp).unsqueeze(1);
  Tensor losses = relu(o.margin - right + x) * (1 - one_hot(target, classes, x.dtype()));
  if (o.p == 2) losses = square(losses);
  losses = sum(losses, {1}) / double(classes);
  if (o.weight.defined()) {
    if (o.weight.shape() != Shape{classes} || o.weight.dtype() != x.dtype())
      throw Error(kOp,
                  "weight is " + to_string(o.weight.shape()) + ", not [" + std::to_string(classes) + "]");
    losses = losses * detail::pick(o.weight.reshape({1, classes}).expand({rows, classes}), target,
                                   detail::kNoneIgnored, kOp);
  }
  return detail::reduced(losses, o.reduction);
}

}  // namespace lepton
