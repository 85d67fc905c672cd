// The layers of transposed convolution.
#pragma once

#include "lepton/nn/module.hpp"
#include "lepton/ops/conv_transpose.hpp"

namespace lepton::nn {

// weight: [in, out / groups, kernel...], bias: [out], both at first uniform as PyTorch's.

struct ConvTranspose1dLayerOptions {
  std::int64_t in, out, kernel;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t output_padding = 0;  ///< added to the end of the result
  std::int64_t groups = 1;
  bool bias = true;
  std::int64_t dilation = 1;
};
/// conv_transpose1d with weights of its own: x [N, in, L] -> [N, out, OL].
class LEPTON_API ConvTranspose1d : public Module {
 public:
  explicit ConvTranspose1d(const ConvTranspose1dLayerOptions& options);
  Tensor operator()(const Tensor& x) const {
    return with_hooks(x, [this](const Tensor& in) { return conv_transpose1d(in, weight, bias, options_); });
  }

  Parameter weight, bias;
  LEPTON_FIELDS(weight, bias)

 private:
  ConvTranspose1dOptions options_;
};

struct ConvTranspose2dLayerOptions {
  std::int64_t in, out;
  Pair kernel;
  Pair stride = 1;
  Pair padding = 0;
  Pair output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Pair dilation = 1;
};
/// conv_transpose2d with weights of its own: x [N, in, H, W] -> [N, out, OH, OW].
class LEPTON_API ConvTranspose2d : public Module {
 public:
  explicit ConvTranspose2d(const ConvTranspose2dLayerOptions& options);
  Tensor operator()(const Tensor& x) const {
    return with_hooks(x, [this](const Tensor& in) { return conv_transpose2d(in, weight, bias, options_); });
  }

  Parameter weight, bias;
  LEPTON_FIELDS(weight, bias)

 private:
  ConvTranspose2dOptions options_;
};

struct ConvTranspose3dLayerOptions {
  std::int64_t in, out;
  Triple kernel;
  Triple stride = 1;
  Triple padding = 0;
  Triple output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Triple dilation = 1;
};
/// conv_transpose3d with weights of its own: x [N, in, D, H, W] -> [N, out, OD, OH, OW].
class LEPTON_API ConvTranspose3d : public Module {
 public:
  explicit ConvTranspose3d(const ConvTranspose3dLayerOptions& options);
  Tensor operator()(const Tensor& x) const {
    return with_hooks(x, [this](const Tensor& in) { return conv_transpose3d(in, weight, bias, options_); });
  }

  Parameter weight, bias;
  LEPTON_FIELDS(weight, bias)

 private:
  ConvTranspose3dOptions options_;
};

}  // namespace lepton::nn
