// The convolution layers of sequences and volumes.
#pragma once

#include <array>

#include "lepton/nn/module.hpp"
#include "lepton/ops/conv_nd.hpp"

namespace lepton::nn {

struct Conv1dLayerOptions {
  std::int64_t in, out, kernel;
  std::int64_t stride = 1;
  std::int64_t padding = 0;  ///< on either side, or kSame
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  PadMode padding_mode = PadMode::constant;
};
/// conv1d with weights of its own: x [N, in, L] -> [N, out, OL]; weight: [out, in / groups, kernel], bias: [out].
class LEPTON_API Conv1d : public Module {
 public:
  explicit Conv1d(const Conv1dLayerOptions& options);
  Tensor operator()(const Tensor& x) const { return forward(x, weight, bias); }
  /// The same with another weight and bias, as ones that are computed.
  Tensor forward(const Tensor& x, const Tensor& w, const Tensor& b) const;

  Parameter weight, bias;
  LEPTON_FIELDS(weight, bias)

 private:
  Conv1dOptions options_;
  PadMode mode_;
  Sides sides_;
};

struct Conv3dLayerOptions {
  std::int64_t in, out;
  Triple kernel;
  Triple stride = 1;
  Triple padding = 0;  ///< on either side, or kSame
  Triple dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  PadMode padding_mode = PadMode::constant;
};
/// conv3d with weights of its own: x [N, in, D, H, W] -> [N, out, OD, OH, OW]; weight: [out, in / groups, kd, kh, kw],
/// bias: [out].
class LEPTON_API Conv3d : public Module {
 public:
  explicit Conv3d(const Conv3dLayerOptions& options);
  Tensor operator()(const Tensor& x) const { return forward(x, weight, bias); }
  /// The same with another weight and bias, as ones that are computed.
  Tensor forward(const Tensor& x, const Tensor& w, const Tensor& b) const;

  Parameter weight, bias;
  LEPTON_FIELDS(weight, bias)

 private:
  Conv3dOptions options_;
  PadMode mode_;
  std::array<Sides, 3> sides_;
};

}  // namespace lepton::nn
