// Connectionist temporal classification: shape rule, and a gradient that reads what the forward pass left.
#include "lepton/ops/ctc_loss.hpp"

#include <limits>

#include "kernels/ctc.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/reduction.hpp"

namespace lepton {
namespace detail {
namespace {

constexpr auto kOp = "ctc_loss";
using kernels::CtcShape;

struct CtcGrad {
  static constexpr auto name = "ctc_loss_grad";
  CtcShape shape;
  bool zero_infinity;

  Spec infer(const Tensor& log_p, const Tensor&, const Tensor&, const Tensor&, const Tensor&,
             const Tensor&) const {
    return Spec(log_p.shape(), log_p.dtype());
  }
  void run(Tensor& d, const Tensor& log_p, const Tensor& targets, const Tensor& inputs, const Tensor& lengths,
           const Tensor& alpha, const Tensor& g) const {
    kernels::CtcGradArgs args{};
    args.shape = shape;
    args.zero_infinity = zero_infinity;
    const Tensor beta = make_tensor(Spec({shape.n, 2, shape.states}, f64), log_p.device());
    launch(kernels::ctc_grad, args,
           {reads(args.log_p, log_p), reads(args.targets, targets), reads(args.input_lengths, inputs),
            reads(args.target_lengths, lengths), reads(args.g, g), reads(args.alpha, alpha),
            writes(args.beta, beta), writes(args.dlog_p, d)});
  }
  Grads backward(const Saved&, const Tensor&) const { throw Error(kOp, "can be differentiated once only"); }
};

struct Ctc {
  static constexpr auto name = kOp;
  static constexpr unsigned saves_inputs = 15, saves_outputs = 2;
  CtcShape shape;
  bool zero_infinity;

  std::array<Spec, 2> infer(const Tensor& log_p, const Tensor&, const Tensor&, const Tensor&) const {
    return {Spec({shape.n}, log_p.dtype()), Spec({shape.n, shape.steps, shape.states}, f64)};
  }
  void run(Tensor& loss, Tensor& alpha, const Tensor& log_p, const Tensor& targets, const Tensor& inputs,
           const Tensor& lengths) const {
    kernels::CtcArgs args{};
    args.shape = shape;
    launch(kernels::ctc, args,
           {reads(args.log_p, log_p), reads(args.targets, targets), reads(args.input_lengths, inputs),
            reads(args.target_lengths, lengths), writes(args.loss, loss), writes(args.alpha, alpha)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    return {apply(CtcGrad{shape, zero_infinity}, saved.input(0), saved.input(1), saved.input(2),
                  saved.input(3), saved.output(1), g.contiguous()),
            Tensor(), Tensor(), Tensor()};
  }
};

CtcShape ctc_shape(const Tensor& x, const Tensor& targets, const Tensor& inputs, const Tensor& lengths,
                   std::int64_t blank) {
  require_computable(x, kOp);
  if (x.rank() != 3) throw Error(kOp, "needs log-probabilities [T, N, C], got " + to_string(x.shape()));
  const std::int64_t n = x.shape()[1];
  for (const Tensor& t : {targets, inputs, lengths})
    if (t.dtype() != i64)
      throw Error(kOp, "targets and lengths are i64, not " + std::string(name_of(t.dtype())));
  if (inputs.shape() != Shape{n} || lengths.shape() != Shape{n})
    throw Error(kOp, "lengths are " + to_string(inputs.shape()) + " and " + to_string(lengths.shape()) +
                         ", not [" + std::to_string(n) + "]");
  if ((targets.rank() != 1 && targets.rank() != 2) || (targets.rank() == 2 && targets.shape()[0] != n))
    throw Error(kOp, "targets are " + to_string(targets.shape()) + ", not [N, S] or [sum of lengths]");
  if (blank < 0 || blank >= x.shape()[2]) throw Error(kOp, "blank is no class of " + to_string(x.shape()));
  CtcShape s{};
  s.steps = x.shape()[0], s.n = n, s.classes = x.shape()[2], s.blank = blank, s.dtype = x.dtype();
  s.total = targets.numel();
  s.width = targets.rank() == 2 ? targets.shape()[1] : 0;
  s.states = 2 * (targets.rank() == 2 ? s.width : s.total) + 1;
  return s;
}

}  // namespace
}  // namespace detail

Tensor ctc_loss(const Tensor& log_probabilities, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CtcOptions& o) {
  const auto shape = detail::ctc_shape(log_probabilities, targets, input_lengths, target_lengths, o.blank);
  Tensor losses =
      detail::apply(detail::Ctc{shape, o.zero_infinity}, log_probabilities.contiguous(), targets.contiguous(),
                    input_lengths.contiguous(), target_lengths.contiguous())[0];
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (o.zero_infinity) losses = where(losses == kInfinity, zeros_like(losses), losses);
  if (o.reduction != Reduction::mean) return detail::reduced(losses, o.reduction);
  return mean(losses / clamp(cast(target_lengths, losses.dtype()), 1, kInfinity));
}

}  // namespace lepton
