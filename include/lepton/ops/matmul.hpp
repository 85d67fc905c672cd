// Matrix products.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton {

// f16 and bf16 are multiplied in f32 and the result is rounded.

/// a @ b. a: [..., m, k], b: [..., k, n] -> [..., m, n]; leading axes broadcast. A 1-D a is a row, a 1-D b a
/// column, and that axis is dropped from the result. Throws where the inner sizes differ.
LEPTON_API Tensor matmul(const Tensor& a, const Tensor& b);

/// x @ weight^T + bias. x: [..., in], weight: [out, in], bias: [out] or undefined -> [..., out].
LEPTON_API Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

}  // namespace lepton
