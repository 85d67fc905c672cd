// Max pooling: shape rule; the gradient scatters, and its gradient picks.
#include "src/ops/pool.hpp"

#include "kernels/pool.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/layout.hpp"
#include "src/ops/resample.hpp"

namespace lepton {
namespace detail {
namespace {

using kernels::PoolShape;
constexpr auto kOp = "max_pool2d";

Spec outer_spec(const PoolShape& s, DType dtype) {
  const Shape shape{s.n, s.c, s.oh, s.ow};
  return Spec(shape, dtype, channels_last_strides(shape));
}
Spec inner_spec(const PoolShape& s) {
  const Shape shape{s.n, s.c, s.ih, s.iw};
  return Spec(shape, s.dtype, channels_last_strides(shape));
}

struct MaxPoolGrad;

/// x at the places that a pooling chose.
struct MaxPoolPick {
  static constexpr auto name = "max_pool2d_pick";
  static constexpr unsigned saves_inputs = 2;
  PoolShape shape;
  Spec infer(const Tensor&, const Tensor&) const { return outer_spec(shape, shape.dtype); }
  void run(Tensor& y, const Tensor& x, const Tensor& where) const {
    kernels::MaxPoolPickArgs args{};
    args.shape = shape;
    launch(kernels::max_pool2d_pick, args, {reads(args.x, x), reads(args.where, where), writes(args.y, y)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const;
};

struct MaxPoolGrad {
  static constexpr auto name = "max_pool2d_grad";
  static constexpr unsigned saves_inputs = 2;
  PoolShape shape;
  Spec infer(const Tensor&, const Tensor&) const { return inner_spec(shape); }
  void run(Tensor& dx, const Tensor& g, const Tensor& where) const {
    kernels::MaxPoolGradArgs args{};
    args.shape = shape;
    launch(kernels::max_pool2d_grad, args, {reads(args.g, g), reads(args.where, where), writes(args.dx, dx)});
  }
  Grads backward(const Saved& saved, const Tensor& h) const {
    return {apply(MaxPoolPick{shape}, channels_last(h), saved.input(1)), Tensor()};
  }
};

Grads MaxPoolPick::backward(const Saved& saved, const Tensor& g) const {
  return {apply(MaxPoolGrad{shape}, channels_last(g), saved.input(1)), Tensor()};
}

struct MaxPool {
  static constexpr auto name = kOp;
  static constexpr unsigned saves_outputs = 2;
  PoolShape shape;
  std::array<Spec, 2> infer(const Tensor&) const {
    return {outer_spec(shape, shape.dtype), outer_spec(shape, u8)};
  }
  void run(Tensor& y, Tensor& where, const Tensor& x) const {
    kernels::MaxPoolArgs args{};
    args.shape = shape;
    launch(kernels::max_pool2d, args, {reads(args.x, x), writes(args.y, y), writes(args.where, where)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    return apply(MaxPoolGrad{shape}, channels_last(g), saved.output(1));
  }
};

/// Throws where a window lies between the elements, which it can do if its own lie apart, or where there are none.
void check_elements_inside(std::int64_t n, std::int64_t windows, std::int64_t stride, std::int64_t padding,
                           std::int64_t dilation) {
  if (n >= dilation) return;  // every stretch of it has one
  for (std::int64_t w = 0; w < windows; ++w) {
    const std::int64_t first = w * stride - padding,
                       behind = first < 0 ? (-first + dilation - 1) / dilation : 0;
    if (first + behind * dilation >= n)
      throw Error(kOp, "a window has no element inside of " + std::to_string(n));
  }
}

/// Checks the arguments of a pooling.
PoolShape pool_shape(const Tensor& x, Pair kernel, Pair stride, Pair padding, Pair dilation, CeilMode ceil) {
  check_pooled(x, 4, kOp);
  stride = stride_or(stride, kernel);
  if (kernel.h < 1 || kernel.w < 1 || kernel.h * kernel.w > 256)
    throw Error(kOp, "needs a window of 1 to 256 elements");
  PoolShape s{};
  s.n = x.shape()[0], s.c = x.shape()[1], s.ih = x.shape()[2], s.iw = x.shape()[3];
  s.kh = kernel.h, s.kw = kernel.w, s.stride_h = stride.h, s.stride_w = stride.w;
  s.pad_h = padding.h, s.pad_w = padding.w, s.dtype = x.dtype();
  s.dilation_h = dilation.h, s.dilation_w = dilation.w;
  s.oh = windows_along(s.ih, s.kh, s.stride_h, s.pad_h, s.dilation_h, ceil, kOp).count;
  s.ow = windows_along(s.iw, s.kw, s.stride_w, s.pad_w, s.dilation_w, ceil, kOp).count;
  check_elements_inside(s.ih, s.oh, s.stride_h, s.pad_h, s.dilation_h);
  check_elements_inside(s.iw, s.ow, s.stride_w, s.pad_w, s.dilation_w);
  return s;
}

}  // namespace
}  // namespace detail

Tensor max_pool2d(const Tensor& x, Pair kernel, Pair stride, Pair padding, Pair dilation, CeilMode ceil) {
  const auto shape = detail::pool_shape(x, kernel, stride, padding, dilation, ceil);
  return detail::apply(detail::MaxPool{shape}, detail::channels_last(x))[0];
}

std::pair<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, Pair kernel, Pair stride, Pair padding,
                                                  Pair dilation, CeilMode ceil) {
  const auto s = detail::pool_shape(x, kernel, stride, padding, dilation, ceil);
  const auto [y, where] = detail::apply(detail::MaxPool{s}, detail::channels_last(x));
  // Places in windows, row * kw + column, become places in the picture. In doubles, which hold them all exactly.
  const NoGrad no_grad;
  const TensorOptions options{.dtype = f64, .device = x.device()};
  const Tensor place = cast(where, f64), row = detail::divided_down(place, double(s.kw));
  const auto corners = [&](std::int64_t n, std::int64_t step, std::int64_t pad) {
    return arange(0, double(n), 1, options) * double(step) - double(pad);
  };
  const Tensor h = corners(s.oh, s.stride_h, s.pad_h).reshape({s.oh, 1}) + row * double(s.dilation_h);
  const Tensor w = corners(s.ow, s.stride_w, s.pad_w) + (place - row * double(s.kw)) * double(s.dilation_w);
  return {y, cast(h * double(s.iw) + w, i64)};
}

}  // namespace lepton
