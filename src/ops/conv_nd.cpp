// Convolution of sequences and volumes by conv2d.
#include "lepton/ops/conv_nd.hpp"

#include "lepton/ops/shape.hpp"
#include "src/ops/edges.hpp"
#include "src/ops/pictures.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace {

void check(const Tensor& x, const Tensor& w, const Tensor& bias, std::int64_t groups, int rank,
           const char* op) {
  detail::require_computable(x, op);
  const std::string sizes = "input " + to_string(x.shape()) + ", weight " + to_string(w.shape());
  if (x.rank() != rank || w.rank() != rank)
    throw Error(op, "needs input and weight with " + std::to_string(rank) + " axes; got " + sizes);
  if (x.dtype() != w.dtype() || (bias.defined() && bias.dtype() != w.dtype()))
    throw Error(op, "types differ; " + sizes);
  if (groups < 1 || x.shape()[1] != w.shape()[1] * groups || w.shape()[0] % groups != 0)
    throw Error(op, "channels do not fit: " + sizes + ", groups " + std::to_string(groups));
}

/// The slices under each place of the kernel's depth, [N, C, D, H, W] -> [N * OD, groups * kd * C / groups, H, W], channels
/// last in memory, so that one copy of each makes them.
Tensor depth_columns(const Tensor& x, Sides ends, std::int64_t out, std::int64_t kernel,
                     const Conv3dOptions& o) {
  const Shape& s = x.shape();
  const Tensor last =
      permute(x, {0, 2, 3, 4, 1}).reshape({s[0], s[2], s[3], s[4], o.groups, s[1] / o.groups});
  const Tensor padded = detail::with_edges(last, 1, ends.before, ends.after);
  std::vector<Tensor> slices;
  for (std::int64_t k = 0; k < kernel; ++k) {
    const std::int64_t first = k * o.dilation.d;
    slices.push_back(padded.slice(1, first, first + (out - 1) * o.stride.d + 1, o.stride.d));
  }
  const Tensor columns = stack(slices, 5).reshape({s[0] * out, s[3], s[4], s[1] * kernel});
  return permute(columns, {0, 3, 1, 2});
}

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv1dOptions& o) {
  check(x, weight, bias, o.groups, 3, "conv1d");
  const Conv2dOptions options{
      .stride = {1, o.stride}, .padding = {0, o.padding}, .dilation = {1, o.dilation}, .groups = o.groups};
  return conv2d(detail::as_row(x), weight.unsqueeze(2), bias, options).squeeze(2);
}

Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv3dOptions& o) {
  constexpr auto kOp = "conv3d";
  check(x, weight, bias, o.groups, 5, kOp);
  const Shape &s = x.shape(), &w = weight.shape();
  const Sides ends = detail::conv_sides(o.padding.d, w[2], o.stride.d, o.dilation.d, kOp);
  if (o.stride.d < 1 || o.dilation.d < 1 || ends.before < 0)
    throw Error(kOp, "stride and dilation must be at least 1, padding at least 0");
  const std::int64_t span = s[2] + ends.before + ends.after - o.dilation.d * (w[2] - 1) - 1;
  if (weight.numel() == 0 || span < 0)
    throw Error(
        kOp, "the kernel does not fit into the volume: input " + to_string(s) + ", weight " + to_string(w));
  const std::int64_t depth = span / o.stride.d + 1;
  const Tensor columns = depth_columns(x, ends, depth, w[2], o);
  const Tensor by_depth = permute(weight, {0, 2, 1, 3, 4}).reshape({w[0], w[1] * w[2], w[3], w[4]});
  const Tensor y = conv2d(columns, by_depth, bias,
                          {.stride = {o.stride.h, o.stride.w},
                           .padding = {o.padding.h, o.padding.w},
                           .dilation = {o.dilation.h, o.dilation.w},
                           .groups = o.groups});
  const Shape planes{s[0], depth, y.shape()[1], y.shape()[2], y.shape()[3]};
  return permute(y.reshape(planes), {0, 2, 1, 3, 4});
}

}  // namespace lepton
