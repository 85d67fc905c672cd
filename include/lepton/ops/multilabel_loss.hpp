// Losses of samples that may belong to several classes.
#pragma once

#include "lepton/ops/loss.hpp"

namespace lepton {

/// Sum over a sample's classes j and all others i of max(0, 1 - (x[j] - x[i])), divided by C. x: [N, C] or [C]; target,
/// of that shape (i64), lists the classes, behind which stands -1 where they are fewer than C.
LEPTON_API Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target,
                                         Reduction reduction = Reduction::mean);

struct MultilabelSoftMarginOptions {
  Tensor weight = {};  ///< of the classes: [C]
  Reduction reduction = Reduction::mean;
};
/// The mean over the classes of their binary cross-entropy with logits x: [..., C]; target, of that shape: 0 to 1.
LEPTON_API Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target,
                                              const MultilabelSoftMarginOptions& options = {});

}  // namespace lepton
