// The variational autoencoder and its loss.
#include "lepton/models/vae.hpp"

#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"

namespace lepton::models {
namespace {

const VaeOptions& checked(const VaeOptions& o) {
  if (o.in < 1 || o.hidden < 1 || o.code < 1)
    throw Error("vae", "sizes must be positive, got " + to_string(Shape{o.in, o.hidden, o.code}));
  return o;
}

Tensor as_rows(const Tensor& x) { return x.rank() > 2 ? x.flatten(1) : x; }

}  // namespace

Vae::Vae(const VaeOptions& options)
    : fc1(checked(options).in, options.hidden),
      fc21(options.hidden, options.code),
      fc22(options.hidden, options.code),
      fc3(options.code, options.hidden),
      fc4(options.hidden, options.in) {}

VaeCode Vae::encode(const Tensor& x) const {
  const Tensor h = relu(fc1(as_rows(x)));
  return {fc21(h), fc22(h)};
}

Tensor Vae::decode(const Tensor& z) const { return fc4(relu(fc3(z))); }

VaeOutput Vae::operator()(const Tensor& x) const {
  VaeCode code = encode(x);
  Tensor logits = decode(reparametrise(code));
  return {std::move(logits), std::move(code)};
}

Tensor reparametrise(const VaeCode& code, const Tensor& noise) {
  const Tensor& mean = code.mean;
  const Tensor drawn =
      noise.defined() ? noise : randn(mean.shape(), {.dtype = mean.dtype(), .device = mean.device()});
  return mean + drawn * exp(code.log_variance * 0.5);
}

Tensor negative_elbo(const VaeOutput& output, const Tensor& x) {
  const auto& [mean, log_variance] = output.code;
  const Tensor cross_entropy =
      binary_cross_entropy_with_logits(output.logits, as_rows(x)) * double(output.logits.numel());
  return cross_entropy - 0.5 * sum(1 + log_variance - square(mean) - exp(log_variance));
}

}  // namespace lepton::models
