// Pooling and flattening layers.
#pragma once

#include "lepton/nn/module.hpp"
#include "lepton/ops/pool.hpp"

namespace lepton::nn {

/// The largest element of each window; MaxPool2d(2) halves a picture. A stride of 0 stands for the kernel's size.
class LEPTON_API MaxPool2d : public Module {
 public:
  explicit MaxPool2d(Pair kernel, Pair stride = 0, Pair padding = 0)
      : kernel_(kernel), stride_(stride), padding_(padding) {}
  Tensor operator()(const Tensor& x) const { return max_pool2d(x, kernel_, stride_, padding_); }
  LEPTON_FIELDS()

 private:
  Pair kernel_, stride_, padding_;
};

/// [N, ...] -> [N, everything else].
class LEPTON_API Flatten : public Module {
 public:
  Tensor operator()(const Tensor& x) const { return x.flatten(1); }
  LEPTON_FIELDS()
};

}  // namespace lepton::nn
