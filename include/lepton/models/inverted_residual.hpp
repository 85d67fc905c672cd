// The block that MobileNetV2 is made of.
#pragma once

#include "lepton/nn/sequential.hpp"

namespace lepton::models {

struct InvertedResidualOptions {
  std::int64_t in, out;
  std::int64_t stride = 1;
  std::int64_t expand = 1;  ///< how many times more channels the depthwise convolution has than the input
};

/// A 1x1 convolution to `expand` times the channels (left out where that is 1), a 3x3 depthwise one, each with batch
/// norm and relu6, and a 1x1 convolution with batch norm to `out` channels; added to the input where the shape stays
/// (Sandler et al. 2018). x: [N, in, H, W] -> [N, out, H / stride, W / stride], rounded up.
class LEPTON_API InvertedResidual : public nn::Module {
 public:
  explicit InvertedResidual(const InvertedResidualOptions& options);

  Tensor operator()(const Tensor& x);

  nn::Sequential conv;
  LEPTON_FIELDS(conv)

 private:
  bool adds_input_;
};

}  // namespace lepton::models
