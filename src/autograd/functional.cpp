// Derivatives of functions, by walks over the tape.
#include "lepton/autograd/functional.hpp"

#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton {
namespace {

void check_direction(const Tensor& x, const Tensor& v, const char* op, const char* like = "x") {
  if (v.shape() != x.shape() || v.dtype() != x.dtype())
    throw Error(op, "the direction " + to_string(v.shape()) + " " + std::string(name_of(v.dtype())) +
                        " must be like " + like + ", " + to_string(x.shape()) + " " +
                        std::string(name_of(x.dtype())));
}

Tensor leaf_of(const Tensor& x) { return x.detach().set_requires_grad(); }

Tensor or_zeros(const Tensor& g, const Tensor& like) { return g.defined() ? g : zeros_like(like); }

/// Gradients of `rows`' elements by x, stacked: [rows' axes, x's axes].
Tensor gradients_of_each(const Tensor& rows, const Tensor& x) {
  const Tensor flat = reshape(rows, {-1});
  std::vector<Tensor> all;
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    const Tensor one = flat.select(0, i);
    all.push_back(one.requires_grad() ? or_zeros(grad(one, {x}, {.retain_graph = true})[0], x)
                                      : zeros_like(x));
  }
  Shape shape = rows.shape();
  for (const std::int64_t n : x.shape()) shape.push_back(n);
  return all.empty() ? zeros(shape, {.dtype = x.dtype(), .device = x.device()}) : reshape(stack(all), shape);
}

}  // namespace

WithDerivative jvp(const TensorFunction& f, const Tensor& x, const Tensor& v) {
  check_direction(x, v, "jvp");
  const EnableGrad on;
  const Tensor at = leaf_of(x), y = f(at);
  if (!y.requires_grad()) return {y, zeros_like(y)};
  // J^T u is linear in u; its product with v, differentiated by u, is J v.
  const Tensor u = leaf_of(ones_like(y.detach()));
  const Tensor back = grad(y, {at}, {.gradient = u, .create_graph = true})[0];
  if (!back.defined() || !back.requires_grad()) return {y.detach(), zeros_like(y.detach())};
  return {y.detach(), or_zeros(grad(back, {u}, {.gradient = v})[0], u.detach())};
}

WithDerivative vjp(const TensorFunction& f, const Tensor& x, const Tensor& v) {
  const EnableGrad on;
  const Tensor at = leaf_of(x), y = f(at);
  check_direction(y, v, "vjp", "f(x)");
  if (!y.requires_grad()) return {y, zeros_like(x)};
  return {y.detach(), or_zeros(grad(y, {at}, {.gradient = v})[0], at.detach())};
}

WithDerivative hvp(const TensorFunction& f, const Tensor& x, const Tensor& v) {
  check_direction(x, v, "hvp");
  const EnableGrad on;
  const Tensor at = leaf_of(x), y = f(at);
  if (!y.requires_grad()) return {y, zeros_like(x)};
  const Tensor g = grad(y, {at}, {.create_graph = true})[0];
  if (!g.defined() || !g.requires_grad()) return {y.detach(), zeros_like(x)};
  return {y.detach(), or_zeros(grad(g, {at}, {.gradient = v})[0], at.detach())};
}

Tensor jacobian(const TensorFunction& f, const Tensor& x) {
  const EnableGrad on;
  const Tensor at = leaf_of(x);
  return gradients_of_each(f(at), at);
}

Tensor hessian(const TensorFunction& f, const Tensor& x) {
  const EnableGrad on;
  const Tensor at = leaf_of(x), y = f(at);
  if (y.numel() != 1) throw Error("hessian", "is of one number, not of " + to_string(y.shape()));
  const Tensor g = y.requires_grad() ? grad(y, {at}, {.create_graph = true})[0] : Tensor();
  return gradients_of_each(or_zeros(g, at.detach()), at);
}

}  // namespace lepton
