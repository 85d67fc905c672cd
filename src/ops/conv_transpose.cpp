// Transposed convolution: in two dimensions a pass of conv2d, in one and three made of that.
#include "lepton/ops/conv_transpose.hpp"

#include <algorithm>

#include "lepton/core/autocast.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/shape.hpp"
#include "src/ops/conv.hpp"
#include "src/ops/index.hpp"
#include "src/ops/layout.hpp"
#include "src/ops/pictures.hpp"
#include "src/ops/places.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

void check(const Tensor& x, const Tensor& w, const Tensor& bias, std::int64_t groups, int rank,
           const char* op) {
  detail::require_computable(x, op);
  const std::string sizes = "input " + to_string(x.shape()) + ", weight " + to_string(w.shape());
  if (x.rank() != rank || w.rank() != rank)
    throw Error(op, "needs input and weight with " + std::to_string(rank) + " axes; got " + sizes);
  if (x.dtype() != w.dtype()) throw Error(op, "types differ; " + sizes);
  if (groups < 1 || x.shape()[1] != w.shape()[0] || w.shape()[0] % groups != 0 || w.numel() == 0)
    throw Error(op, "channels do not fit: " + sizes + ", groups " + std::to_string(groups));
  if (bias.defined() && (bias.shape() != Shape{w.shape()[1] * groups} || bias.dtype() != w.dtype()))
    throw Error(op, "bias " + to_string(bias.shape()) + " does not fit weight " + to_string(w.shape()));
}

/// The size of an axis of the result.
std::int64_t size_of_axis(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                          std::int64_t dilation, std::int64_t extra, const char* op) {
  if (stride < 1 || dilation < 1 || pad < 0)
    throw Error(op, "stride and dilation must be at least 1, padding at least 0");
  if (extra < 0 || extra >= std::max(stride, dilation))
    throw Error(op, "output_padding must be at least 0 and below stride or dilation");
  const std::int64_t size = (in - 1) * stride - 2 * pad + dilation * (kernel - 1) + extra + 1;
  if (in < 1 || size < 1) throw Error(op, "nothing is left of the result by its padding");
  return size;
}

Tensor with_bias(const Tensor& y, const Tensor& bias) {
  if (!bias.defined()) return y;
  Shape shape{bias.numel()};
  for (int i = 2; i < y.rank(); ++i) shape.push_back(1);
  return y + bias.reshape(shape);
}

Tensor transposed(const Tensor& x, const Tensor& weight, const ConvTranspose2dOptions& o, const char* op) {
  kernels::ConvShape s{};
  s.n = x.shape()[0], s.oc = x.shape()[1], s.oh = x.shape()[2], s.ow = x.shape()[3];
  s.ic = weight.shape()[1] * o.groups, s.kh = weight.shape()[2], s.kw = weight.shape()[3];
  s.stride_h = o.stride.h, s.stride_w = o.stride.w, s.pad_h = o.padding.h, s.pad_w = o.padding.w;
  s.dilation_h = o.dilation.h, s.dilation_w = o.dilation.w, s.groups = o.groups;
  s.dtype = x.dtype();
  s.compute = s.dtype == f32 ? autocast_dtype() : s.dtype;
  s.ih = size_of_axis(s.oh, s.kh, s.stride_h, s.pad_h, s.dilation_h, o.output_padding.h, op);
  s.iw = size_of_axis(s.ow, s.kw, s.stride_w, s.pad_w, s.dilation_w, o.output_padding.w, op);
  return detail::conv2d_input_grad(s, detail::channels_last(x), weight.contiguous());
}

}  // namespace

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose1dOptions& o) {
  constexpr auto kOp = "conv_transpose1d";
  check(x, weight, bias, o.groups, 3, kOp);
  const Tensor y = transposed(detail::as_row(x), weight.unsqueeze(2),
                              {.stride = {1, o.stride},
                               .padding = {0, o.padding},
                               .output_padding = {0, o.output_padding},
                               .groups = o.groups,
                               .dilation = {1, o.dilation}},
                              kOp);
  return with_bias(y.squeeze(2), bias);
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose2dOptions& o) {
  check(x, weight, bias, o.groups, 4, "conv_transpose2d");
  return with_bias(transposed(x, weight, o, "conv_transpose2d"), bias);
}

Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose3dOptions& o) {
  constexpr auto kOp = "conv_transpose3d";
  check(x, weight, bias, o.groups, 5, kOp);
  const Shape &s = x.shape(), &w = weight.shape();
  const std::int64_t depth =
      size_of_axis(s[2], w[2], o.stride.d, o.padding.d, o.dilation.d, o.output_padding.d, kOp);
  // Each slice by itself, the kernel's depth among its channels: [N * D, out * kd, OH, OW].
  const Tensor columns = transposed(detail::planes(x), weight.reshape({w[0], w[1] * w[2], w[3], w[4]}),
                                    {.stride = {o.stride.h, o.stride.w},
                                     .padding = {o.padding.h, o.padding.w},
                                     .output_padding = {o.output_padding.h, o.output_padding.w},
                                     .groups = o.groups,
                                     .dilation = {o.dilation.h, o.dilation.w}},
                                    kOp);
  const std::int64_t out = w[1] * o.groups, oh = columns.shape()[2], ow = columns.shape()[3];
  // Of each slice, those of the kernel's depth go to their places in the result, and what meets there is added.
  const Tensor by_depth = permute(columns.reshape({s[0], s[2], out, w[2], oh, ow}),
                                  {1, 3, 0, 4, 5, 2});  // [D, kd, N, OH, OW, out]
  const Tensor place = detail::places(
      s[2] * w[2], [&](std::int64_t i) { return i / w[2] * o.stride.d + i % w[2] * o.dilation.d; },
      x.device());
  const Tensor whole = detail::index_add(by_depth.reshape({s[2] * w[2], s[0], oh, ow, out}), 0, place,
                                         depth + 2 * o.padding.d);
  return with_bias(permute(whole.slice(0, o.padding.d, o.padding.d + depth), {1, 4, 0, 2, 3}), bias);
}

}  // namespace lepton
