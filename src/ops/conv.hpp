// The passes of conv2d, for operations that are made of them.
#pragma once

#include "kernels/conv.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// The gradient of a convolution by its input: [n, ic, ih, iw] from g [n, oc, oh, ow], channels last both, and the
/// weight [oc, ic / groups, kh, kw]. Differentiable any number of times.
Tensor conv2d_input_grad(const kernels::ConvShape& shape, const Tensor& g, const Tensor& weight);

}  // namespace lepton::detail
