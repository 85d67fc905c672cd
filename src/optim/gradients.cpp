// Launches of the kernels over all gradients.
#include "src/optim/gradients.hpp"

#include <cmath>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/optim/clip.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/optim/segments.hpp"
#include "src/tensor/make.hpp"

namespace lepton::optim {
namespace {

using kernels::GradientNormArgs;
using kernels::GradientScaleArgs;

/// A gradient as the kernels take it: floats of a type they know, in one stretch of memory, in whatever order.
struct Readable {
  Tensor given, flat;
  explicit Readable(const Tensor& g) : given(g), flat(g) {
    if (g.dtype() != f32 && g.dtype() != f64) flat = g.to(f32).contiguous();
    else if (!lepton::detail::is_dense(g)) flat = g.contiguous();
  }
};

std::vector<Readable> gradients_of(const std::vector<Tensor>& parameters) {
  std::vector<Readable> result;
  for (const Tensor& p : parameters)
    if (p.impl().grad && p.numel() > 0) result.emplace_back(p.grad());
  return result;
}

/// Rewrites every gradient, by a factor or (limit > 0) clamped.
void rewrite(const std::vector<Readable>& gradients, double max_norm, double limit, const Tensor& norm,
             const Tensor& scale) {
  if (gradients.empty()) return;
  detail::Segments<GradientScaleArgs> call(gradients.size());
  GradientScaleArgs& args = call.args();
  args.max_norm = max_norm;
  args.limit = limit;
  for (const Readable& g : gradients) {
    auto& segment = call.add(g.flat.numel());
    segment.dtype = g.flat.dtype();
    call.slot(lepton::detail::updates(segment.g, g.flat));
  }
  if (norm.defined()) call.slot(lepton::detail::reads(args.norm, norm));
  if (scale.defined()) call.slot(lepton::detail::reads(args.scale, scale));
  call.launch(kernels::gradient_scale);
  for (const Readable& g : gradients)
    if (!(g.flat.ref() == g.given.ref())) g.given.copy_(g.flat);
}

Tensor norm_of(const std::vector<Readable>& gradients, const Tensor& scale, const Tensor& found) {
  if (gradients.empty()) return zeros({}, {.dtype = f64});
  const Tensor norm = empty({}, {.dtype = f64, .device = gradients[0].flat.device()});
  detail::Segments<GradientNormArgs> call(gradients.size());
  GradientNormArgs& args = call.args();
  call.slot(lepton::detail::writes(args.norm, norm));
  if (scale.defined()) call.slot(lepton::detail::reads(args.scale, scale));
  if (found.defined()) call.slot(lepton::detail::updates(args.found, found));
  for (const Readable& g : gradients) {
    auto& segment = call.add(g.flat.numel());
    segment.dtype = g.flat.dtype();
    call.slot(lepton::detail::reads(segment.g, g.flat));
  }
  call.launch(kernels::gradient_norm);
  return norm;
}

}  // namespace

namespace detail {

Tensor gradient_norm(const std::vector<Tensor>& parameters, const Tensor& scale, const Tensor& found) {
  const NoGrad no_grad;
  return norm_of(gradients_of(parameters), scale, found);
}

void unscale_gradients(const std::vector<Tensor>& parameters, const Tensor& scale) {
  const NoGrad no_grad;
  rewrite(gradients_of(parameters), 0, 0, {}, scale);
}

}  // namespace detail

Tensor clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm) {
  if (!(max_norm > 0))
    throw Error("clip_grad_norm", "max_norm must be above 0, got " + std::to_string(max_norm));
  const NoGrad no_grad;
  const auto gradients = gradients_of(parameters);
  const Tensor norm = norm_of(gradients, {}, {});
  rewrite(gradients, max_norm, 0, norm, {});
  return norm;
}

void clip_grad_value(const std::vector<Tensor>& parameters, double limit) {
  if (!(limit > 0)) throw Error("clip_grad_value", "the limit must be above 0, got " + std::to_string(limit));
  const NoGrad no_grad;
  rewrite(gradients_of(parameters), 0, limit, {}, {});
}

}  // namespace lepton::optim
