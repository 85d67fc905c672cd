// Losses of classes with everything that can be set; the plain cross_entropy has kernels of its own, in loss.cpp.
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/ops/softmax.hpp"
#include "src/ops/pick.hpp"
#include "src/ops/reduction.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace detail {
namespace {

/// Class indices and what belongs to them, a row each.
struct ClassTargets {
  Tensor index, weight;  // weight: of the row, 0 where the index is ignored
  Shape shape;           // of the targets as they came
};

/// [N, C, ...] or [C] -> [rows, C]
Tensor class_rows(const Tensor& x, const char* op) {
  require_computable(x, op);
  if (x.rank() == 0) throw Error(op, "needs [N, C, ...] or [C], got []");
  if (x.rank() == 1) return x.reshape({1, x.numel()});
  Dims axes{0};
  for (int i = 2; i < x.rank(); ++i) axes.push_back(i);
  axes.push_back(1);
  return permute(x, axes).contiguous().reshape(
      {x.numel() / std::max<std::int64_t>(1, x.shape()[1]), x.shape()[1]});
}

void check_weight(const Tensor& x, const Tensor& weight, std::int64_t classes, const char* op) {
  if (weight.defined() && (weight.shape() != Shape{classes} || weight.dtype() != x.dtype()))
    throw Error(op, "weight is " + to_string(weight.shape()) + " " + std::string(name_of(weight.dtype())) +
                        ", not [" + std::to_string(classes) + "] " + std::string(name_of(x.dtype())));
}

ClassTargets class_targets(const Tensor& x, const Tensor& target, const Tensor& weight,
                           std::int64_t ignore_index, const char* op) {
  Shape fitting = x.shape();
  const std::int64_t classes = x.shape()[x.rank() == 1 ? 0 : 1];
  fitting.erase(x.rank() == 1 ? 0 : 1);
  if (target.dtype() != i64)
    throw Error(op, "targets are class indices of type i64, not " + std::string(name_of(target.dtype())));
  if (target.shape() != fitting)
    throw Error(op, "target " + to_string(target.shape()) + " does not fit input " + to_string(x.shape()) +
                        "; it is " + to_string(fitting));
  check_weight(x, weight, classes, op);
  ClassTargets t{target.reshape({target.numel()}).contiguous(), {}, target.shape()};
  const Tensor ignored = t.index == double(ignore_index);
  t.weight = 1 - cast(ignored, x.dtype());
  if (weight.defined()) {
    const Tensor of_class = weight.reshape({1, classes}).expand({t.index.numel(), classes});
    t.weight = pick(of_class, t.index, ignore_index, op);
  }
  return t;
}

/// The rows' losses, weighted already; their mean is that by the weights.
Tensor reduced_rows(const Tensor& losses, const ClassTargets& t, Reduction reduction) {
  if (reduction == Reduction::none) return losses.reshape(t.shape);
  if (reduction == Reduction::mean) return sum(losses) / sum(t.weight);
  return reduced(losses, reduction);
}

Tensor of_indices(const Tensor& log_p, const ClassTargets& t, std::int64_t ignore_index, const char* op) {
  return -(pick(log_p, t.index, ignore_index, op) * t.weight);
}

Tensor of_probabilities(const Tensor& log_p, const Tensor& logits, const Tensor& target,
                        const CrossEntropyOptions& o, const char* op) {
  check_pair(logits, target, op);
  const double classes = double(log_p.shape()[1]);
  check_weight(logits, o.weight, log_p.shape()[1], op);
  Tensor p = class_rows(target, op);
  if (o.label_smoothing > 0) p = p * (1 - o.label_smoothing) + o.label_smoothing / classes;
  const Tensor weighted = o.weight.defined() ? log_p * o.weight : log_p;
  const Tensor losses = -sum(p * weighted, {1});
  Shape shape = logits.shape();
  shape.erase(logits.rank() == 1 ? 0 : 1);
  return o.reduction == Reduction::none ? losses.reshape(shape) : reduced(losses, o.reduction);
}

}  // namespace
}  // namespace detail

Tensor nll_loss(const Tensor& log_probabilities, const Tensor& target, const NllOptions& o) {
  constexpr auto kOp = "nll_loss";
  const Tensor rows = detail::class_rows(log_probabilities, kOp);
  const auto t = detail::class_targets(log_probabilities, target, o.weight, o.ignore_index, kOp);
  return detail::reduced_rows(detail::of_indices(rows, t, o.ignore_index, kOp), t, o.reduction);
}

Tensor cross_entropy(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& o) {
  constexpr auto kOp = "cross_entropy";
  if (!(o.label_smoothing >= 0 && o.label_smoothing <= 1))
    throw Error(kOp, "label_smoothing must lie in [0, 1]");
  const Tensor log_p = log_softmax(detail::class_rows(logits, kOp), 1);
  if (is_floating(target.dtype())) return detail::of_probabilities(log_p, logits, target, o, kOp);
  const auto t = detail::class_targets(logits, target, o.weight, o.ignore_index, kOp);
  Tensor losses = detail::of_indices(log_p, t, o.ignore_index, kOp);
  if (o.label_smoothing > 0) {
    const double classes = double(log_p.shape()[1]);
    const Tensor kept = 1 - cast(t.index == double(o.ignore_index), log_p.dtype());
    const Tensor all = sum(o.weight.defined() ? log_p * o.weight : log_p, {1}) * kept;
    losses = losses * (1 - o.label_smoothing) - all * (o.label_smoothing / classes);
  }
  return detail::reduced_rows(losses, t, o.reduction);
}

}  // namespace lepton
