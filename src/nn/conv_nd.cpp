// The convolution layers of sequences and volumes.
#include "lepton/nn/conv_nd.hpp"

#include "src/nn/conv_parameters.hpp"
#include "src/ops/edges.hpp"

namespace lepton::nn {

using lepton::detail::conv_sides, lepton::detail::with_edges;

Conv1d::Conv1d(const Conv1dLayerOptions& o)
    : options_{.stride = o.stride, .padding = o.padding, .dilation = o.dilation, .groups = o.groups},
      mode_(o.padding_mode),
      sides_(conv_sides(o.padding, o.kernel, o.stride, o.dilation, "Conv1d")) {
  check_conv(o.in, o.out, o.groups, {o.kernel}, "Conv1d");
  make_conv_parameters(weight, bias, o.out, o.in / o.groups, {o.kernel}, o.out, o.bias);
}

Tensor Conv1d::forward(const Tensor& x, const Tensor& w, const Tensor& b) const {
  if (mode_ == PadMode::constant) return conv1d(x, w, b, options_);
  if (x.rank() != 3) throw Error("Conv1d", "needs [N, C, L], got " + to_string(x.shape()));
  Conv1dOptions bare = options_;
  bare.padding = 0;
  return conv1d(with_edges(x, 2, sides_.before, sides_.after, mode_), w, b, bare);
}

Conv3d::Conv3d(const Conv3dLayerOptions& o)
    : options_{.stride = o.stride, .padding = o.padding, .dilation = o.dilation, .groups = o.groups},
      mode_(o.padding_mode),
      sides_{conv_sides(o.padding.d, o.kernel.d, o.stride.d, o.dilation.d, "Conv3d"),
             conv_sides(o.padding.h, o.kernel.h, o.stride.h, o.dilation.h, "Conv3d"),
             conv_sides(o.padding.w, o.kernel.w, o.stride.w, o.dilation.w, "Conv3d")} {
  const Shape kernel{o.kernel.d, o.kernel.h, o.kernel.w};
  check_conv(o.in, o.out, o.groups, kernel, "Conv3d");
  make_conv_parameters(weight, bias, o.out, o.in / o.groups, kernel, o.out, o.bias);
}

Tensor Conv3d::forward(const Tensor& x, const Tensor& w, const Tensor& b) const {
  if (mode_ == PadMode::constant) return conv3d(x, w, b, options_);
  if (x.rank() != 5) throw Error("Conv3d", "needs [N, C, D, H, W], got " + to_string(x.shape()));
  Tensor padded = x;
  for (int i = 0; i < 3; ++i)
    padded = with_edges(padded, 2 + i, sides_[std::size_t(i)].before, sides_[std::size_t(i)].after, mode_);
  Conv3dOptions bare = options_;
  bare.padding = 0;
  return conv3d(padded, w, b, bare);
}

}  // namespace lepton::nn
