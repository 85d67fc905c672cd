// Derivatives of functions: forward mode, products with the Hessian, Jacobians, gradients of each sample.
#pragma once

#include <functional>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

using TensorFunction = std::function<Tensor(const Tensor&)>;

/// A value, and a derivative of it.
struct WithDerivative {
  Tensor value, derivative;
};

/// f(x), and how it changes as x moves along v: J v, of f(x)'s shape. By two walks through f, which must be twice
/// differentiable. v: the shape and type of x.
LEPTON_API WithDerivative jvp(const TensorFunction& f, const Tensor& x, const Tensor& v);

/// f(x), one number, and the product of its Hessian with v, of x's shape.
LEPTON_API WithDerivative hvp(const TensorFunction& f, const Tensor& x, const Tensor& v);

/// All derivatives of f's elements by x's: [f(x)'s axes, x's axes]. A walk an element of f(x).
LEPTON_API Tensor jacobian(const TensorFunction& f, const Tensor& x);

/// All second derivatives of f, one number: [x's axes, x's axes].
LEPTON_API Tensor hessian(const TensorFunction& f, const Tensor& x);

/// Gradients of each sample's own loss by each of `parameters`: [N, parameter's axes], as differential privacy clips
/// them. `loss` gets a sample of every input, as a batch of one, and gives one number. A walk a sample.
LEPTON_API std::vector<Tensor> per_sample_gradients(
    const std::function<Tensor(const std::vector<Tensor>& sample)>& loss,
    const std::vector<Tensor>& parameters, const std::vector<Tensor>& inputs);

}  // namespace lepton
