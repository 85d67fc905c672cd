// The fully connected layer.
#pragma once

#include "lepton/nn/module.hpp"

namespace lepton::nn {

struct LinearOptions {
  std::int64_t in, out;
  bool bias = true;
};

/// x weight^T + bias. x: [..., in] -> [..., out]; weight: [out, in], bias: [out], both at first uniform within
/// +-1 / sqrt(in).
class LEPTON_API Linear : public Module {
 public:
  Linear(std::int64_t in, std::int64_t out) : Linear(LinearOptions{.in = in, .out = out}) {}
  explicit Linear(const LinearOptions& options);

  Tensor operator()(const Tensor& x) const {
    return with_hooks(x, [this](const Tensor& in) { return forward(in, weight, bias); });
  }
  /// The same with another weight and bias, as ones that are computed.
  Tensor forward(const Tensor& x, const Tensor& w, const Tensor& b) const;

  Parameter weight, bias;
  LEPTON_FIELDS(weight, bias)
};

}  // namespace lepton::nn
