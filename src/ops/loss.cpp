// Losses: two with kernels of their own, the rest composed.
#include "lepton/ops/loss.hpp"

#include <cmath>

#include "kernels/softmax.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/softmax.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/reduction.hpp"

namespace lepton {
namespace detail {
namespace {

struct CrossEntropyGrad {
  static constexpr auto name = "cross_entropy_grad";
  Spec infer(const Tensor& p, const Tensor&, const Tensor&) const { return Spec(p.shape(), p.dtype()); }
  void run(Tensor& dx, const Tensor& p, const Tensor& target, const Tensor& g) const {
    kernels::CrossEntropyGradArgs args{};
    args.rows = p.shape()[0];
    args.n = p.shape()[1];
    args.dtype = p.dtype();
    launch(kernels::cross_entropy_grad, args,
           {reads(args.p, p), reads(args.target, target), reads(args.g, g), writes(args.dx, dx)});
  }
};

struct CrossEntropy {
  static constexpr auto name = "cross_entropy";
  static constexpr unsigned saves_inputs = 3, saves_outputs = 2;

  std::array<Spec, 2> infer(const Tensor& x, const Tensor&) const {
    return {Spec({}, x.dtype()), Spec(x.shape(), x.dtype())};
  }
  void run(Tensor& loss, Tensor& p, const Tensor& x, const Tensor& target) const {
    kernels::CrossEntropyArgs args{};
    args.rows = x.shape()[0];
    args.n = x.shape()[1];
    args.dtype = x.dtype();
    launch(kernels::cross_entropy, args,
           {reads(args.x, x), reads(args.target, target), writes(args.loss, loss), writes(args.p, p)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor &x = saved.input(0), &target = saved.input(1);
    if (!grad_enabled()) return {apply(CrossEntropyGrad{}, saved.output(1), target, g), Tensor()};
    const Tensor classes = arange(0, double(x.shape()[1]), 1, {.dtype = i64, .device = x.device()});
    const Tensor onehot = cast(target.unsqueeze(1) == classes, x.dtype());
    return {(softmax(x, 1) - onehot) * (g / double(x.shape()[0])), Tensor()};
  }
};

struct BceGrad {
  static constexpr auto name = "bce_grad";
  Spec infer(const Tensor& x, const Tensor&, const Tensor&) const { return Spec(x.shape(), x.dtype()); }
  void run(Tensor& dx, const Tensor& x, const Tensor& target, const Tensor& g) const {
    kernels::BceGradArgs args{};
    args.n = x.numel();
    args.dtype = x.dtype();
    launch(kernels::bce_grad, args,
           {reads(args.x, x), reads(args.target, target), reads(args.g, g), writes(args.dx, dx)});
  }
};

struct Bce {
  static constexpr auto name = "binary_cross_entropy_with_logits";
  static constexpr unsigned saves_inputs = 3;

  Spec infer(const Tensor& x, const Tensor&) const { return Spec({}, x.dtype()); }
  void run(Tensor& loss, const Tensor& x, const Tensor& target) const {
    kernels::BceArgs args{};
    args.n = x.numel();
    args.dtype = x.dtype();
    launch(kernels::bce, args, {reads(args.x, x), reads(args.target, target), writes(args.loss, loss)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor &x = saved.input(0), &target = saved.input(1);
    const double n = double(x.numel());
    Tensor dx, dt;
    if (saved.needs(0))
      dx = grad_enabled() ? (sigmoid(x) - target) * (g / n) : apply(BceGrad{}, x, target, g);
    if (saved.needs(1)) dt = -x * (g / n);
    return {std::move(dx), std::move(dt)};
  }
};

/// -t log p - (1 - t) log(1 - p), element by element. Its gradient (p - t) / max(p (1 - p), 1e-12) stays finite where
/// a saturated sigmoid gives exactly 0 or 1.
struct BceOfProbability {
  static constexpr auto name = "binary_cross_entropy";
  static constexpr unsigned saves_inputs = 3;

  static Tensor log_limited(const Tensor& x) { return clamp(log(x), -100, INFINITY); }

  Spec infer(const Tensor& p, const Tensor&) const { return Spec(p.shape(), p.dtype()); }
  void run(Tensor& y, const Tensor& p, const Tensor& t) const {
    const NoGrad no_grad;
    y.copy_(-(t * log_limited(p) + (1 - t) * log_limited(1 - p)));
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor &p = saved.input(0), &t = saved.input(1);
    Tensor dp, dt;
    if (saved.needs(0)) dp = g * (p - t) / clamp(p * (1 - p), 1e-12, INFINITY);
    if (saved.needs(1)) dt = g * (log_limited(1 - p) - log_limited(p));
    return {std::move(dp), std::move(dt)};
  }
};

}  // namespace

void check_pair(const Tensor& x, const Tensor& target, const char* op) {
  require_computable(x, op);
  if (x.shape() != target.shape())
    throw Error(op, "input " + to_string(x.shape()) + " and target " + to_string(target.shape()) + " differ in shape");
  if (x.dtype() != target.dtype())
    throw Error(op, "input is " + std::string(name_of(x.dtype())) + ", target " + std::string(name_of(target.dtype())));
}

void check_beside(const Tensor& x, const Tensor& y, const char* name, const char* op) {
  if (y.dtype() != x.dtype() || broadcast(x.shape(), y.shape(), op) != x.shape())
    throw Error(op, std::string(name) + " " + to_string(y.shape()) + " " + std::string(name_of(y.dtype())) +
                        " does not fit input " + to_string(x.shape()) + " " + std::string(name_of(x.dtype())));
}

}  // namespace detail

Tensor cross_entropy(const Tensor& logits, const Tensor& target) {
  constexpr auto kOp = "cross_entropy";
  detail::require_computable(logits, kOp);
  if (logits.rank() != 2 || target.rank() != 1 || logits.shape()[0] != target.shape()[0])
    throw Error(kOp, "needs logits [N, C] and targets [N], got " + to_string(logits.shape()) + " and " +
                         to_string(target.shape()));
  if (target.dtype() != i64)
    throw Error(kOp, "targets are class indices of type i64, not " + std::string(name_of(target.dtype())));
  if (logits.numel() == 0) throw Error(kOp, "an empty batch has no mean: " + to_string(logits.shape()));
  return detail::apply(detail::CrossEntropy{}, logits.contiguous(), target.contiguous())[0];
}

Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target) {
  detail::check_pair(logits, target, detail::Bce::name);
  return detail::apply(detail::Bce{}, logits.contiguous(), target.contiguous());
}

Tensor binary_cross_entropy_with_logits(const Tensor& logits, const Tensor& target,
                                        const BceWithLogitsOptions& options) {
  detail::check_pair(logits, target, detail::Bce::name);
  for (const Tensor& w : {options.weight, options.pos_weight})
    if (w.defined()) detail::check_beside(logits, w, "weight", detail::Bce::name);
  Tensor losses = softplus(-logits);
  if (options.pos_weight.defined()) losses = losses * (1 + (options.pos_weight - 1) * target);
  losses = (1 - target) * logits + losses;
  if (options.weight.defined()) losses = losses * options.weight;
  return detail::reduced(losses, options.reduction);
}

Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target, const BceOptions& options) {
  detail::check_pair(probability, target, "binary_cross_entropy");
  Tensor losses = detail::apply(detail::BceOfProbability{}, probability, target);
  if (options.weight.defined()) {
    detail::check_beside(probability, options.weight, "weight", "binary_cross_entropy");
    losses = losses * options.weight;
  }
  return detail::reduced(losses, options.reduction);
}
Tensor binary_cross_entropy(const Tensor& probability, const Tensor& target) {
  return binary_cross_entropy(probability, target, {});
}

Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  detail::check_pair(x, target, "mse_loss");
  return detail::reduced(square(x - target), reduction);
}
Tensor mse_loss(const Tensor& x, const Tensor& target) { return mse_loss(x, target, Reduction::mean); }

Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  detail::check_pair(x, target, "l1_loss");
  return detail::reduced(abs(x - target), reduction);
}
Tensor l1_loss(const Tensor& x, const Tensor& target) { return l1_loss(x, target, Reduction::mean); }

}  // namespace lepton
