// Losses of samples with several classes, composed.
#include "lepton/ops/multilabel_loss.hpp"

#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/index.hpp"
#include "lepton/ops/scan.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/ops/reduction.hpp"
#include "src/tensor/make.hpp"

namespace lepton {

Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  constexpr auto kOp = "multilabel_margin_loss";
  detail::require_computable(x, kOp);
  if ((x.rank() != 1 && x.rank() != 2) || target.shape() != x.shape() || target.dtype() != i64)
    throw Error(kOp, "needs x [N, C] or [C] and targets of its shape, of type i64; got " +
                         to_string(x.shape()) + " and " + to_string(target.shape()) + " " +
                         std::string(name_of(target.dtype())));
  const std::int64_t classes = x.shape().back();
  // Targets count up to the first that is negative.
  const Tensor listed = cumprod(cast(target >= 0, x.dtype()), -1);
  const Tensor label = where(target >= 0, target, zeros_like(target));
  const Tensor is_label = max(one_hot(label, classes, x.dtype()) * listed.unsqueeze(-1), {-2}, KeepDim::yes);
  const Tensor right = gather(x, -1, label).unsqueeze(-1);
  const Tensor losses = relu(1 - right + x.unsqueeze(-2)) * listed.unsqueeze(-1) * (1 - is_label);
  return detail::reduced(sum(losses, {-2, -1}) / double(classes), reduction);
}

Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target,
                                   const MultilabelSoftMarginOptions& o) {
  constexpr auto kOp = "multilabel_soft_margin_loss";
  detail::check_pair(x, target, kOp);
  if (x.rank() == 0) throw Error(kOp, "a scalar has no classes");
  if (o.weight.defined()) detail::check_beside(x, o.weight, "weight", kOp);
  const Tensor losses =
      binary_cross_entropy_with_logits(x, target, {.weight = o.weight, .reduction = Reduction::none});
  return detail::reduced(mean(losses, {-1}), o.reduction);
}

}  // namespace lepton
