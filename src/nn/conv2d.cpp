// The two-dimensional convolution layer.
#include "lepton/nn/conv2d.hpp"

#include "src/nn/conv_parameters.hpp"
#include "src/ops/edges.hpp"

namespace lepton::nn {

Conv2d::Conv2d(const Conv2dLayerOptions& o)
    : options_{.stride = o.stride, .padding = o.padding, .dilation = o.dilation, .groups = o.groups},
      mode_(o.padding_mode),
      after_(o.padding_after.value_or(o.padding)) {
  const Shape kernel{o.kernel.h, o.kernel.w};
  if (o.padding.h == kSame || o.padding.w == kSame) {
    const Sides rows =
        lepton::detail::conv_sides(o.padding.h, o.kernel.h, o.stride.h, o.dilation.h, "Conv2d");
    const Sides columns =
        lepton::detail::conv_sides(o.padding.w, o.kernel.w, o.stride.w, o.dilation.w, "Conv2d");
    options_.padding = {rows.before, columns.before};
    after_ = {rows.after, columns.after};
  }
  check_conv(o.in, o.out, o.groups, kernel, "Conv2d");
  make_conv_parameters(weight, bias, o.out, o.in / o.groups, kernel, o.out, o.bias);
}

Tensor Conv2d::forward(const Tensor& x, const Tensor& w, const Tensor& b) const {
  if (mode_ == PadMode::constant && after_ == options_.padding) return conv2d(x, w, b, options_);
  if (x.rank() != 4) throw Error("Conv2d", "needs [N, C, H, W], got " + to_string(x.shape()));
  const Tensor rows = lepton::detail::with_edges(x, 2, options_.padding.h, after_.h, mode_);
  Conv2dOptions bare = options_;
  bare.padding = 0;
  return conv2d(lepton::detail::with_edges(rows, 3, options_.padding.w, after_.w, mode_), w, b, bare);
}

}  // namespace lepton::nn
