// Convolution: shape rule; its two gradients are operations of their own, and each other's gradients.
#include "lepton/ops/conv.hpp"

#include "kernels/conv.hpp"
#include "kernels/cpu/choice.hpp"
#include "lepton/core/autocast.hpp"
#include "lepton/ops/reduce.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/conv.hpp"
#include "src/ops/edges.hpp"
#include "src/ops/layout.hpp"

namespace lepton {
namespace detail {
namespace {

using kernels::ConvShape;
using kernels::cpu::ConvPass;

constexpr auto kOp = "conv2d";

/// Uninitialised bytes that a kernel needs while it runs.
Tensor make_scratch(std::size_t bytes, Device device) {
  return make_tensor(Spec({std::int64_t(bytes)}, u8), device);
}

Spec input_spec(const ConvShape& s) {
  const Shape shape{s.n, s.ic, s.ih, s.iw};
  return Spec(shape, s.dtype, channels_last_strides(shape));
}
Spec output_spec(const ConvShape& s) {
  const Shape shape{s.n, s.oc, s.oh, s.ow};
  return Spec(shape, s.dtype, channels_last_strides(shape));
}
Spec weight_spec(const ConvShape& s) { return Spec({s.oc, s.ic / s.groups, s.kh, s.kw}, s.dtype); }

Tensor input_grad(const ConvShape& s, const Tensor& g, const Tensor& weight);
Tensor weight_grad(const ConvShape& s, const Tensor& x, const Tensor& g);

/// Both gradients in one pass over g, where db is defined.
void run_weight_grad(const ConvShape& shape, Tensor& dw, Tensor& db, const Tensor& x, const Tensor& g) {
  kernels::ConvWeightGradArgs args{};
  args.plan = kernels::cpu::prepare_chosen_conv(shape, ConvPass::weight_grad);
  const Tensor scratch = make_scratch(kernels::cpu::conv_scratch(args.plan), g.device());
  if (db.defined())
    launch(kernels::conv2d_weight_grad, args,
           {reads(args.x, x), reads(args.g, g), writes(args.dw, dw), writes(args.db, db),
            writes(args.scratch, scratch)});
  else
    launch(kernels::conv2d_weight_grad, args,
           {reads(args.x, x), reads(args.g, g), writes(args.dw, dw), writes(args.scratch, scratch)});
}

struct Conv2d {
  static constexpr auto name = kOp;
  static constexpr unsigned saves_inputs = 3;
  ConvShape shape;

  Spec infer(const Tensor&, const Tensor&, const Tensor&) const { return output_spec(shape); }
  void run(Tensor& y, const Tensor& x, const Tensor& weight, const Tensor& bias) const {
    kernels::ConvArgs args{};
    args.plan = kernels::cpu::prepare_chosen_conv(shape, ConvPass::forward);
    const Tensor scratch = make_scratch(kernels::cpu::conv_scratch(args.plan), x.device());
    if (bias.defined())
      launch(kernels::conv2d, args,
             {reads(args.x, x), reads(args.weight, weight), reads(args.bias, bias), writes(args.y, y),
              writes(args.scratch, scratch)});
    else
      launch(
          kernels::conv2d, args,
          {reads(args.x, x), reads(args.weight, weight), writes(args.y, y), writes(args.scratch, scratch)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    Tensor dx, dw, db;
    if (saved.needs(0)) dx = input_grad(shape, channels_last(g), saved.input(1));
    if (saved.needs(1) && saved.needs(2) && !grad_enabled()) {
      dw = make_tensor(weight_spec(shape), g.device());
      db = make_tensor(Spec({shape.oc}, shape.dtype), g.device());
      run_weight_grad(shape, dw, db, saved.input(0), channels_last(g));
    } else {
      if (saved.needs(1)) dw = weight_grad(shape, saved.input(0), channels_last(g));
      if (saved.needs(2)) db = sum(g, {0, 2, 3});
    }
    return {std::move(dx), std::move(dw), std::move(db)};
  }
};

struct Conv2dInputGrad {
  static constexpr auto name = "conv2d_input_grad";
  static constexpr unsigned saves_inputs = 3;
  ConvShape shape;

  Spec infer(const Tensor&, const Tensor&) const { return input_spec(shape); }
  void run(Tensor& dx, const Tensor& g, const Tensor& weight) const {
    kernels::ConvInputGradArgs args{};
    args.plan = kernels::cpu::prepare_chosen_conv(shape, ConvPass::input_grad);
    const Tensor scratch = make_scratch(kernels::cpu::conv_scratch(args.plan), g.device());
    launch(
        kernels::conv2d_input_grad, args,
        {reads(args.g, g), reads(args.weight, weight), writes(args.dx, dx), writes(args.scratch, scratch)});
  }
  Grads backward(const Saved& saved, const Tensor& h) const {
    const Tensor last = channels_last(h);
    Tensor dg, dw;
    if (saved.needs(0)) dg = apply(Conv2d{shape}, last, saved.input(1), Tensor());
    if (saved.needs(1)) dw = weight_grad(shape, last, saved.input(0));
    return {std::move(dg), std::move(dw)};
  }
};

struct Conv2dWeightGrad {
  static constexpr auto name = "conv2d_weight_grad";
  static constexpr unsigned saves_inputs = 3;
  ConvShape shape;

  Spec infer(const Tensor&, const Tensor&) const { return weight_spec(shape); }
  void run(Tensor& dw, const Tensor& x, const Tensor& g) const {
    Tensor none;
    run_weight_grad(shape, dw, none, x, g);
  }
  Grads backward(const Saved& saved, const Tensor& h) const {
    const Tensor weight = h.contiguous();
    Tensor dx, dg;
    if (saved.needs(0)) dx = input_grad(shape, saved.input(1), weight);
    if (saved.needs(1)) dg = apply(Conv2d{shape}, saved.input(0), weight, Tensor());
    return {std::move(dx), std::move(dg)};
  }
};

Tensor input_grad(const ConvShape& s, const Tensor& g, const Tensor& weight) {
  return apply(Conv2dInputGrad{s}, g, weight);
}
Tensor weight_grad(const ConvShape& s, const Tensor& x, const Tensor& g) {
  return apply(Conv2dWeightGrad{s}, x, g);
}

std::int64_t output_size(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                         std::int64_t dilation) {
  return (in + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
}

ConvShape conv_shape(const Tensor& x, const Tensor& w, const Tensor& bias, const Conv2dOptions& o) {
  require_computable(x, kOp);
  const std::string sizes = "input " + to_string(x.shape()) + ", weight " + to_string(w.shape());
  if (x.rank() != 4 || w.rank() != 4)
    throw Error(kOp, "needs [N, C, H, W] and [out, C, kh, kw]; got " + sizes);
  if (x.dtype() != w.dtype() || (bias.defined() && bias.dtype() != w.dtype()))
    throw Error(kOp, "types differ; " + sizes);
  if (o.stride.h < 1 || o.stride.w < 1 || o.dilation.h < 1 || o.dilation.w < 1 || o.padding.h < 0 ||
      o.padding.w < 0)
    throw Error(kOp, "stride and dilation must be at least 1, padding at least 0");
  if (o.groups < 1 || x.shape()[1] != w.shape()[1] * o.groups || w.shape()[0] % o.groups != 0)
    throw Error(kOp, "channels do not fit: " + sizes + ", groups " + std::to_string(o.groups));
  if (bias.defined() && (bias.rank() != 1 || bias.shape()[0] != w.shape()[0]))
    throw Error(kOp, "bias " + to_string(bias.shape()) + " does not fit weight " + to_string(w.shape()));
  ConvShape s{};
  s.n = x.shape()[0], s.ic = x.shape()[1], s.ih = x.shape()[2], s.iw = x.shape()[3];
  s.oc = w.shape()[0], s.kh = w.shape()[2], s.kw = w.shape()[3];
  s.stride_h = o.stride.h, s.stride_w = o.stride.w, s.pad_h = o.padding.h, s.pad_w = o.padding.w;
  s.dilation_h = o.dilation.h, s.dilation_w = o.dilation.w, s.groups = o.groups;
  s.dtype = x.dtype();
  s.compute =
      s.dtype == f32 ? autocast_dtype() : s.dtype;  // what is allowed: in all passes, whenever they run
  s.oh = output_size(s.ih, s.kh, s.stride_h, s.pad_h, s.dilation_h);
  s.ow = output_size(s.iw, s.kw, s.stride_w, s.pad_w, s.dilation_w);
  if (w.numel() == 0 || s.ih + 2 * s.pad_h < s.dilation_h * (s.kh - 1) + 1 ||
      s.iw + 2 * s.pad_w < s.dilation_w * (s.kw - 1) + 1)
    throw Error(kOp, "the kernel does not fit into the picture: " + sizes);
  return s;
}

/// `o` with numbers for kSame; x gets what only its far sides need.
Conv2dOptions without_same(Tensor& x, const Tensor& w, Conv2dOptions o) {
  if ((o.padding.h != kSame && o.padding.w != kSame) || x.rank() != 4 || w.rank() != 4) return o;
  const Sides rows = conv_sides(o.padding.h, w.size(2), o.stride.h, o.dilation.h, kOp);
  const Sides columns = conv_sides(o.padding.w, w.size(3), o.stride.w, o.dilation.w, kOp);
  x = with_edges(with_edges(x, 2, 0, rows.after - rows.before), 3, 0, columns.after - columns.before);
  o.padding = {rows.before, columns.before};
  return o;
}

}  // namespace

Tensor conv2d_input_grad(const ConvShape& shape, const Tensor& g, const Tensor& weight) {
  return input_grad(shape, g, weight);
}

}  // namespace detail

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options) {
  Tensor padded = x;
  const Conv2dOptions o = detail::without_same(padded, weight, options);
  const auto shape = detail::conv_shape(padded, weight, bias, o);
  return detail::apply(detail::Conv2d{shape}, detail::channels_last(padded), weight.contiguous(),
                       bias.defined() ? bias.contiguous() : bias);
}

}  // namespace lepton
