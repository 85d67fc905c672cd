// Batch normalisation: a kernel for training, plain arithmetic for evaluation and for second derivatives.
#include "lepton/ops/norm.hpp"

#include "kernels/batch_norm.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/optional_slot.hpp"

namespace lepton {
namespace detail {
namespace {

constexpr auto kOp = "batch_norm";

Tensor make_scratch(std::int64_t channels, Device device) {
  return make_tensor(Spec({kernels::batch_norm_scratch(channels)}, f64), device);
}

struct BatchNormGrad {
  static constexpr auto name = "batch_norm_grad";
  std::int64_t images;

  std::array<Spec, 3> infer(const Tensor& x, const Tensor&, const Tensor&, const Tensor&, const Tensor&) const {
    const Shape channels{x.shape()[1]};
    return {Spec(x.shape(), x.dtype()), Spec(channels, x.dtype()), Spec(channels, x.dtype())};
  }
  void run(Tensor& dx, Tensor& dw, Tensor& db, const Tensor& x, const Tensor& g, const Tensor& mean,
           const Tensor& rstd, const Tensor& weight) const {
    kernels::BatchNormGradArgs args{};
    args.rows = x.shape()[0];
    args.c = x.shape()[1];
    args.images = images;
    args.dtype = x.dtype();
    const Tensor scratch = make_scratch(args.c, x.device());
    const Slot first = reads(args.x, x);
    launch(kernels::batch_norm_grad, args,
           {first, reads(args.g, g), reads(args.mean, mean), reads(args.rstd, rstd),
            optional(args.weight, weight, first), writes(args.dx, dx), writes(args.dweight, dw),
            writes(args.dbias, db), writes(args.scratch, scratch)});
  }
};

/// x: [rows, C] contiguous, the pixels of so many images.
struct BatchNorm {
  static constexpr auto name = kOp;
  static constexpr unsigned saves_inputs = 3, saves_outputs = 6;  // x, weight; mean, rstd
  double eps, momentum;
  std::int64_t images;

  std::array<Spec, 3> infer(const Tensor& x, const Tensor&, const Tensor&, const Tensor&, const Tensor&) const {
    const Shape channels{x.shape()[1]};
    return {Spec(x.shape(), x.dtype()), Spec(channels, x.dtype()), Spec(channels, x.dtype())};
  }
  void run(Tensor& y, Tensor& mean, Tensor& rstd, const Tensor& x, const Tensor& weight, const Tensor& bias,
           const Tensor& running_mean, const Tensor& running_var) const {
    kernels::BatchNormArgs args{};
    args.rows = x.shape()[0];
    args.c = x.shape()[1];
    args.images = images;
    args.eps = eps;
    args.momentum = momentum;
    args.dtype = x.dtype();
    const Tensor scratch = make_scratch(args.c, x.device());
    const Slot first = reads(args.x, x);
    const Slot mean_slot = running_mean.defined() ? updates(args.running_mean, running_mean) : first;
    const Slot var_slot = running_var.defined() ? updates(args.running_var, running_var) : first;
    launch(kernels::batch_norm, args,
           {first, optional(args.weight, weight, first), optional(args.bias, bias, first), mean_slot, var_slot,
            writes(args.y, y), writes(args.mean, mean), writes(args.rstd, rstd), writes(args.scratch, scratch)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor &x = saved.input(0), &weight = saved.input(1);
    if (grad_enabled()) return differentiable(x, weight, g, eps);
    auto [dx, dw, db] =
        apply(BatchNormGrad{images}, x, g.contiguous(), saved.output(1), saved.output(2), weight);
    return {std::move(dx), std::move(dw), std::move(db)};
  }

 private:
  static Grads differentiable(const Tensor& x, const Tensor& weight, const Tensor& g, double eps) {
    const Tensor centered = x - lepton::mean(x, {0}, KeepDim::yes);
    const Tensor r = pow(lepton::mean(square(centered), {0}, KeepDim::yes) + eps, -0.5);
    const Tensor normal = centered * r;
    const Tensor dn = weight.defined() ? g * weight : g;
    const Tensor dx = r * (dn - lepton::mean(dn, {0}, KeepDim::yes) -
                           normal * lepton::mean(dn * normal, {0}, KeepDim::yes));
    return {dx, sum(g * normal, {0}), sum(g, {0})};
  }
};

void check(const Tensor& x, std::initializer_list<Tensor> vectors) {
  require_computable(x, kOp);
  if (x.rank() < 2) throw Error(kOp, "needs [N, C, ...], got " + to_string(x.shape()));
  for (const Tensor& v : vectors)
    if (v.defined() && (v.shape() != Shape{x.shape()[1]} || v.dtype() != x.dtype()))
      throw Error(kOp, "a channel vector is " + to_string(v.shape()) + " " + std::string(name_of(v.dtype())) +
                           ", but the input is " + to_string(x.shape()) + " " + std::string(name_of(x.dtype())));
}

/// Axis 1 moved to the end, or back.
Tensor channels_to_end(const Tensor& x) {
  Dims axes{0};
  for (int i = 2; i < x.rank(); ++i) axes.push_back(i);
  axes.push_back(1);
  return permute(x, axes);
}
Tensor channels_to_front(const Tensor& x) {
  Dims axes{0, x.rank() - 1};
  for (int i = 1; i + 1 < x.rank(); ++i) axes.push_back(i);
  return permute(x, axes);
}

}  // namespace
}  // namespace detail

Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                  const Tensor& running_var, const BatchNormOptions& options) {
  detail::check(x, {weight, bias, running_mean, running_var});
  const Tensor last = detail::channels_to_end(x);
  if (!options.training) {
    if (!running_mean.defined() || !running_var.defined())
      throw Error(detail::kOp, "evaluation needs running statistics");
    const Tensor r = pow(running_var + options.eps, -0.5);
    const Tensor scale = weight.defined() ? weight * r : r;
    const Tensor y = last * scale + (bias.defined() ? bias - running_mean * scale : -running_mean * scale);
    return detail::channels_to_front(y);
  }
  const std::int64_t c = x.shape()[1], rows = c ? x.numel() / c : 0;
  if (rows < 2) throw Error(detail::kOp, "training needs more than one value a channel, got " + to_string(x.shape()));
  const Tensor flat = last.contiguous().reshape({rows, c});
  const auto dense = [](const Tensor& t) { return t.defined() ? t.contiguous() : t; };
  for (const Tensor& statistics : {running_mean, running_var})
    if (statistics.defined() && !statistics.is_contiguous())
      throw Error(detail::kOp, "running statistics are updated in place, so they must be contiguous");
  const Tensor y = detail::apply(detail::BatchNorm{options.eps, options.momentum, x.shape()[0]}, flat, dense(weight), dense(bias),
                                 running_mean, running_var)[0];
  return detail::channels_to_front(y.reshape(last.shape()));
}

}  // namespace lepton
