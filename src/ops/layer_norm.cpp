// Layer, RMS, group and instance normalisation: one operation on rows.
#include <cmath>
#include <limits>

#include "kernels/layer_norm.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/norm.hpp"
#include "lepton/ops/reduce.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/optional_slot.hpp"

namespace lepton {
namespace detail {
namespace {

struct RowNormGrad {
  static constexpr auto name = "layer_norm_grad";
  bool rms, with_sums;

  std::array<Spec, 3> infer(const Tensor& x, const Tensor&, const Tensor&, const Tensor&,
                            const Tensor&) const {
    const Shape sums{with_sums ? x.shape()[1] : 0};
    return {Spec(x.shape(), x.dtype()), Spec(sums, x.dtype()), Spec(sums, x.dtype())};
  }
  void run(Tensor& dx, Tensor& dw, Tensor& db, const Tensor& x, const Tensor& g, const Tensor& mean,
           const Tensor& rstd, const Tensor& weight) const {
    kernels::LayerNormGradArgs args{};
    args.rows = x.shape()[0];
    args.n = x.shape()[1];
    args.dtype = x.dtype();
    args.rms = rms;
    const Slot first = reads(args.x, x), result = writes(args.dx, dx);
    if (!with_sums) {
      launch(kernels::layer_norm_grad, args,
             {first, reads(args.g, g), reads(args.mean, mean), reads(args.rstd, rstd),
              optional(args.weight, weight, first), result});
      return;
    }
    const Tensor scratch = make_tensor(Spec({kernels::layer_norm_scratch(args.n)}, x.dtype()), x.device());
    launch(kernels::layer_norm_grad, args,
           {first, reads(args.g, g), reads(args.mean, mean), reads(args.rstd, rstd),
            optional(args.weight, weight, first), result, writes(args.dweight, dw), writes(args.dbias, db),
            writes(args.scratch, scratch)});
  }
};

/// x: [rows, n] contiguous; weight, bias: [n] or undefined. Companions: mean and 1 / deviation of the rows.
template <bool kRms> struct RowNorm {
  static constexpr auto name = kRms ? "rms_norm" : "layer_norm";
  static constexpr unsigned saves_inputs = 3, saves_outputs = 6;
  double eps;

  std::array<Spec, 3> infer(const Tensor& x, const Tensor&, const Tensor&) const {
    const Shape rows{x.shape()[0]};
    return {Spec(x.shape(), x.dtype()), Spec(rows, x.dtype()), Spec(rows, x.dtype())};
  }
  void run(Tensor& y, Tensor& mean, Tensor& rstd, const Tensor& x, const Tensor& weight,
           const Tensor& bias) const {
    kernels::LayerNormArgs args{};
    args.rows = x.shape()[0];
    args.n = x.shape()[1];
    args.eps = eps;
    args.dtype = x.dtype();
    args.rms = kRms;
    const Slot first = reads(args.x, x);
    launch(kernels::layer_norm, args,
           {first, optional(args.weight, weight, first), optional(args.bias, bias, first), writes(args.y, y),
            writes(args.mean, mean), writes(args.rstd, rstd)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor &x = saved.input(0), &weight = saved.input(1);
    if (grad_enabled()) return differentiable(x, weight, g);
    const bool with_sums = saved.needs(1) || saved.needs(2);
    auto [dx, dw, db] =
        apply(RowNormGrad{kRms, with_sums}, x, g.contiguous(), saved.output(1), saved.output(2), weight);
    if (!with_sums) return {std::move(dx), Tensor(), Tensor()};
    return {std::move(dx), std::move(dw), std::move(db)};
  }
  Tensor by_sample(const Saved& saved, int input, const Tensor& g, std::int64_t samples) const {
    if (input == 0) return {};
    const std::int64_t rows = g.shape()[0], n = g.shape()[1];
    const auto sums = [&](const Tensor& t) { return sum(t.reshape({samples, rows / samples, n}), {1}); };
    if (input == 2) return sums(g);
    const auto column = [&](int companion) { return saved.output(companion).reshape({rows, 1}); };
    const Tensor& x = saved.input(0);
    return sums(g * (kRms ? x : x - column(1)) * column(2));
  }

 private:
  Grads differentiable(const Tensor& x, const Tensor& weight, const Tensor& g) const {
    const auto mean_of = [](const Tensor& t) { return lepton::mean(t, {1}, KeepDim::yes); };
    const Tensor centered = kRms ? x : x - mean_of(x);
    const Tensor r = pow(mean_of(square(centered)) + eps, -0.5), normal = centered * r;
    const Tensor d = weight.defined() ? g * weight : g;
    const Tensor about = kRms ? d : d - mean_of(d);
    return {r * (about - normal * mean_of(d * normal)), sum(g * normal, {0}), sum(g, {0})};
  }
};

void check_vector(const Tensor& x, const Tensor& v, const Shape& shape, const char* op) {
  if (v.defined() && (v.shape() != shape || v.dtype() != x.dtype()))
    throw Error(op, "weight or bias is " + to_string(v.shape()) + " " + std::string(name_of(v.dtype())) +
                        ", not " + to_string(shape) + " " + std::string(name_of(x.dtype())));
}

/// Over the last axes, whose sizes are `normalized`.
template <bool kRms>
Tensor over_last(const Tensor& x, const Shape& normalized, const Tensor& weight, const Tensor& bias,
                 double eps) {
  using Op = RowNorm<kRms>;
  require_computable(x, Op::name);
  const int kept = x.rank() - normalized.rank();
  bool fits = normalized.rank() > 0 && kept >= 0;
  for (int i = 0; fits && i < normalized.rank(); ++i) fits = x.shape()[kept + i] == normalized[i];
  if (!fits)
    throw Error(Op::name, "the last sizes of " + to_string(x.shape()) + " are not " + to_string(normalized));
  check_vector(x, weight, normalized, Op::name);
  check_vector(x, bias, normalized, Op::name);
  const std::int64_t n = normalized.numel();
  const auto flat = [n](const Tensor& t) { return t.defined() ? t.reshape({n}).contiguous() : t; };
  const Tensor rows = x.contiguous().reshape({n > 0 ? x.numel() / n : 0, n});
  return apply(Op{eps}, rows, flat(weight), flat(bias))[0].reshape(x.shape());
}

/// y * weight + bias, channel by channel of [N, C, ...].
Tensor with_channels(Tensor y, const Tensor& weight, const Tensor& bias) {
  Shape shape{y.shape()[1]};
  for (int i = 2; i < y.rank(); ++i) shape.push_back(1);
  if (weight.defined()) y = y * weight.reshape(shape);
  if (bias.defined()) y = y + bias.reshape(shape);
  return y;
}

void update_running(const Tensor& x, const Tensor& running_mean, const Tensor& running_var, double momentum) {
  const NoGrad no_grad;
  Dims axes;
  for (int i = 2; i < x.rank(); ++i) axes.push_back(i);
  const Tensor mean = lepton::mean(lepton::mean(x, axes), {0}), var = lepton::mean(variance(x, axes), {0});
  if (running_mean.defined()) running_mean.copy_(running_mean * (1 - momentum) + mean * momentum);
  if (running_var.defined()) running_var.copy_(running_var * (1 - momentum) + var * momentum);
}

}  // namespace
}  // namespace detail

Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  return detail::over_last<false>(x, normalized_shape, weight, bias, eps);
}

Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight,
                std::optional<double> eps) {
  const double least = x.dtype() == f64 ? std::numeric_limits<double>::epsilon()
                                        : double(std::numeric_limits<float>::epsilon());
  return detail::over_last<true>(x, normalized_shape, weight, {}, eps.value_or(least));
}

Tensor group_norm(const Tensor& x, std::int64_t num_groups, const Tensor& weight, const Tensor& bias,
                  double eps) {
  constexpr auto kOp = "group_norm";
  detail::require_computable(x, kOp);
  if (x.rank() < 2) throw Error(kOp, "needs [N, C, ...], got " + to_string(x.shape()));
  const std::int64_t channels = x.shape()[1];
  if (num_groups < 1 || channels % num_groups != 0)
    throw Error(kOp,
                std::to_string(num_groups) + " groups do not divide the channels of " + to_string(x.shape()));
  for (const Tensor& v : {weight, bias}) detail::check_vector(x, v, {channels}, kOp);
  const std::int64_t rows = x.shape()[0] * num_groups, n = rows > 0 ? x.numel() / rows : 0;
  const Tensor flat = x.contiguous().reshape({rows, n});
  const Tensor y = detail::over_last<false>(flat, {n}, {}, {}, eps).reshape(x.shape());
  return detail::with_channels(y, weight, bias);
}

Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, const InstanceNormOptions& o) {
  constexpr auto kOp = "instance_norm";
  detail::require_computable(x, kOp);
  if (x.rank() < 3) throw Error(kOp, "needs [N, C, L, ...], got " + to_string(x.shape()));
  const Shape channels{x.shape()[1]};
  for (const Tensor& v : {weight, bias, running_mean, running_var}) detail::check_vector(x, v, channels, kOp);
  if (!o.use_input_stats)
    return batch_norm(x, weight, bias, running_mean, running_var, {.training = false, .eps = o.eps});
  if (x.numel() == x.shape()[0] * x.shape()[1])
    throw Error(kOp, "needs more than one value a channel, got " + to_string(x.shape()));
  if (running_mean.defined() || running_var.defined())
    detail::update_running(x, running_mean, running_var, o.momentum);
  return group_norm(x, x.shape()[1], weight, bias, o.eps);
}

}  // namespace lepton
