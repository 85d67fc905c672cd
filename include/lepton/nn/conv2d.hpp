// The two-dimensional convolution layer.
#pragma once

#include <optional>

#include "lepton/nn/module.hpp"
#include "lepton/ops/conv.hpp"

namespace lepton::nn {

struct Conv2dLayerOptions {
  std::int64_t in, out;
  Pair kernel;
  Pair stride = 1;
  Pair padding = 0;  ///< on either side, or kSame
  Pair dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  PadMode padding_mode = PadMode::constant;
  std::optional<Pair> padding_after = {};  ///< below and to the right, where it differs
};

/// conv2d with weights of its own: x [N, in, H, W] -> [N, out, OH, OW]; weight: [out, in / groups, kh, kw], bias:
/// [out], both at first uniform within +-1 / sqrt(fan_in). Conv2d({.in = 3, .out = 32, .kernel = 3})
class LEPTON_API Conv2d : public Module {
 public:
  explicit Conv2d(const Conv2dLayerOptions& options);

  Tensor operator()(const Tensor& x) const { return forward(x, weight, bias); }
  /// The same with another weight and bias, as ones that are computed.
  Tensor forward(const Tensor& x, const Tensor& w, const Tensor& b) const;

  Parameter weight, bias;
  LEPTON_FIELDS(weight, bias)

 private:
  Conv2dOptions options_;
  PadMode mode_;
  Pair after_;
};

}  // namespace lepton::nn
