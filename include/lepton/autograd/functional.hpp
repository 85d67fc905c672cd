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

/// f(x), and the gradient by x where v is that by f(x): v J, of x's shape. v: the shape and type of f(x).
LEPTON_API WithDerivative vjp(const TensorFunction& f, const Tensor& x, const Tensor& v);

/// f(x), one number, and the product of its Hessian with v, of x's shape.
LEPTON_API WithDerivative hvp(const TensorFunction& f, const Tensor& x, const Tensor& v);

/// All derivatives of f's elements by x's: [f(x)'s axes, x's axes]. A walk an element of f(x).
LEPTON_API Tensor jacobian(const TensorFunction& f, const Tensor& x);

/// All second derivatives of f, one number: [x's axes, x's axes].
LEPTON_API Tensor hessian(const TensorFunction& f, const Tensor& x);

/// Gradients of each sample's own loss by each of `parameters`: [N, parameter's axes], as differential privacy clips
/// them. inputs: N samples each, along the first axis. `loss` gives the loss of each of the samples that it gets.
///
/// One walk for all, if it gives [n] for n samples and what it does keeps them apart: linear and convolution layers,
/// embeddings, layer normalisation, pooling, softmax, and what goes element by element or by sums within a sample. Else
/// `loss` is called for one sample after the other, as batches of one, and may give one number; a walk a sample.
LEPTON_API std::vector<Tensor> per_sample_gradients(
    const std::function<Tensor(const std::vector<Tensor>& samples)>& loss,
    const std::vector<Tensor>& parameters, const std::vector<Tensor>& inputs);

}  // namespace lepton
