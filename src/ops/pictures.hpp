// Sequences and volumes as pictures, for what is computed by two-dimensional kernels.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// [N, C, L] as a picture of height 1, channels innermost where they are in x.
Tensor as_row(const Tensor& x);

/// The slices of a volume, channels last in memory: [N, C, D, H, W] -> [N * D, C, H, W].
Tensor planes(const Tensor& x);
/// Slices of `n` volumes as pictures of the depth: [n * D, C, H, W] -> [n, C, D, H * W].
Tensor columns(const Tensor& slices, std::int64_t n);

}  // namespace lepton::detail
