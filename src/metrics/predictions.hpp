// From logits to answers, for every metric of classification.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::metrics {

/// Class indices (i64) of the shape of `target`, from logits as Accuracy::update takes them. Throws naming
/// `op`.
Tensor predictions(const Tensor& logits, const Tensor& target, const char* op);

}  // namespace lepton::metrics
