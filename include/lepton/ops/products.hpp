// Products of matrices and vectors that are made of matmul and of arithmetic.
#pragma once

#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// Batches of matrices: [B, m, k] @ [B, k, n] -> [B, m, n]; nothing broadcasts.
LEPTON_API Tensor bmm(const Tensor& a, const Tensor& b);
/// Matrix times vector: [m, n], [n] -> [m].
LEPTON_API Tensor mv(const Tensor& a, const Tensor& b);

/// scale_x * x + scale * (a @ b) for matrices a [m, k] and b [k, n]; x broadcasts to [m, n].
LEPTON_API Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, double scale_x = 1,
                        double scale = 1);
/// The same for batches, [B, m, k] and [B, k, n].
LEPTON_API Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, double scale_x = 1,
                          double scale = 1);
/// The same for a matrix [m, n] and a vector [n].
LEPTON_API Tensor addmv(const Tensor& x, const Tensor& a, const Tensor& b, double scale_x = 1,
                        double scale = 1);

/// Summed over the last `count` axes of a and the first `count` of b, which agree in size.
LEPTON_API Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t count = 2);
/// Summed over axis axes_a[i] of a and axes_b[i] of b, for each i; the other axes of a, then those of b.
LEPTON_API Tensor tensordot(const Tensor& a, const Tensor& b, const Dims& axes_a, const Dims& axes_b);

/// Kronecker's product: b times each element of a, as blocks; sizes multiply, axes count from the last.
LEPTON_API Tensor kron(const Tensor& a, const Tensor& b);

/// The vector product along an axis of size 3; shapes broadcast.
LEPTON_API Tensor cross(const Tensor& a, const Tensor& b, std::int64_t axis = -1);

/// Sum of a matrix's diagonal: [m, n] -> [].
LEPTON_API Tensor trace(const Tensor& x);

}  // namespace lepton
