// Activations beyond those whose formulas stand in formula/unary.hpp.
#pragma once

#include "lepton/ops/formula/unary.hpp"

namespace lepton {

inline Tensor selu(const Tensor& x) { return pointwise(op::Selu{}, x); }
inline Tensor mish(const Tensor& x) { return pointwise(op::Mish{}, x); }
inline Tensor softsign(const Tensor& x) { return pointwise(op::Softsign{}, x); }
inline Tensor hardswish(const Tensor& x) { return pointwise(op::Hardswish{}, x); }
inline Tensor hardsigmoid(const Tensor& x) { return pointwise(op::Hardsigmoid{}, x); }
inline Tensor logsigmoid(const Tensor& x) { return pointwise(op::LogSigmoid{}, x); }
inline Tensor celu(const Tensor& x, double alpha) { return pointwise(op::Celu{alpha}, x); }
inline Tensor celu(const Tensor& x) { return celu(x, 1.0); }
inline Tensor hardtanh(const Tensor& x, double low, double high) {
  return pointwise(op::Hardtanh{low, high}, x);
}
inline Tensor hardtanh(const Tensor& x) { return hardtanh(x, -1, 1); }
inline Tensor softplus(const Tensor& x, double beta, double threshold = 20) {
  return pointwise(op::ScaledSoftplus{beta, threshold}, x);
}
inline Tensor hardshrink(const Tensor& x, double lambda = 0.5) {
  return pointwise(op::Hardshrink{lambda}, x);
}
inline Tensor tanhshrink(const Tensor& x) { return pointwise(op::Tanhshrink{}, x); }
inline Tensor threshold(const Tensor& x, double limit, double below) {
  return pointwise(op::Threshold{limit, below}, x);
}
/// Throws for a lambda below 0.
inline Tensor softshrink(const Tensor& x, double lambda = 0.5) {
  if (!(lambda >= 0)) throw Error("softshrink", "lambda must be at least 0, got " + std::to_string(lambda));
  return pointwise(op::Softshrink{lambda}, x);
}

struct RReluOptions {
  double lower = 1.0 / 8, upper = 1.0 / 3;
  bool training = false;
};
/// x where x >= 0, else x times a slope: in training one drawn for each element from [lower, upper), else their middle
/// (Xu et al. 2015).
LEPTON_API Tensor rrelu(const Tensor& x, const RReluOptions& options = {});

/// x where x > 0, else weight * x (He et al. 2015). x: [N, C, ...] or [C]; weight: [1], or [C] for a slope a channel.
LEPTON_API Tensor prelu(const Tensor& x, const Tensor& weight);

/// a * sigmoid(b) of the halves a, b of an axis (Dauphin et al. 2017). Throws where its size is odd.
LEPTON_API Tensor glu(const Tensor& x, std::int64_t axis = -1);

}  // namespace lepton
