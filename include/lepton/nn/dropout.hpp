// The dropout layer.
#pragma once

#include "lepton/nn/module.hpp"

namespace lepton::nn {

/// In training, zeroes elements with probability p and divides the others by 1 - p; the identity in evaluation.
class LEPTON_API Dropout : public Module {
 public:
  explicit Dropout(double p = 0.5);
  Tensor operator()(const Tensor& x) const;
  LEPTON_FIELDS()

 private:
  double p_;
};

}  // namespace lepton::nn
