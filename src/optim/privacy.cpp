// Clipping sample by sample, and noise.
#include "lepton/optim/privacy.hpp"

#include <cmath>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::optim {
namespace {

constexpr auto kOp = "set_private_gradients";

std::int64_t count_samples(const std::vector<Tensor>& parameters, const std::vector<Tensor>& each) {
  if (parameters.empty() || parameters.size() != each.size())
    throw Error(kOp, std::to_string(parameters.size()) + " parameters and gradients of " +
                         std::to_string(each.size()) + "; there must be as many, and one at least");
  const std::int64_t n = each[0].size(0);
  for (std::size_t i = 0; i < each.size(); ++i) {
    Shape expected = parameters[i].shape();
    expected.insert(0, n);
    if (each[i].shape() != expected || each[i].dtype() != parameters[i].dtype())
      throw Error(kOp, "gradients " + to_string(each[i].shape()) + " are not a parameter's of each of " +
                           std::to_string(n) + " samples, " + to_string(expected));
  }
  return n;
}

/// A row for each sample: [N, elements of p].
Tensor rows(const Tensor& each, const Tensor& p) { return each.reshape({each.shape()[0], p.numel()}); }

}  // namespace

Tensor set_private_gradients(const std::vector<Tensor>& parameters, const std::vector<Tensor>& each,
                             const PrivateGradientOptions& o) {
  if (!(o.max_norm > 0) || !(o.noise_multiplier >= 0) || !(o.batch >= 0))
    throw Error(kOp, "max_norm must be above 0, noise_multiplier and batch at least 0");
  const NoGrad no_grad;
  const std::int64_t n = count_samples(parameters, each);
  const double batch = o.batch > 0 ? o.batch : double(n);
  if (batch == 0) throw Error(kOp, "there are no samples; say what the sum is divided by in `batch`");
  Tensor squares = zeros({n}, {.dtype = each[0].dtype(), .device = each[0].device()});
  for (std::size_t i = 0; i < each.size(); ++i)
    squares += sum(square(rows(each[i], parameters[i])), {1}).to(squares.dtype());
  const Tensor norms = sqrt(squares), factors = 1 / clamp(norms / o.max_norm, 1, INFINITY);
  for (std::size_t i = 0; i < each.size(); ++i) {
    const Tensor& p = parameters[i];
    Tensor g = matmul(factors.to(p.dtype()), rows(each[i], p)).reshape(p.shape());
    if (o.noise_multiplier > 0)
      g += randn(p.shape(), {.dtype = p.dtype(), .device = p.device()}) * (o.noise_multiplier * o.max_norm);
    p.set_grad(g / batch);
  }
  return norms;
}

}  // namespace lepton::optim
