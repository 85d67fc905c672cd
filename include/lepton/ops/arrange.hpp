// Rearranging: cutting apart, padding, repeating, turning, triangles and diagonals.
#pragma once

#include <vector>

#include "lepton/ops/pad_mode.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton {

/// Pieces of `size` along an axis, as views; the last may be smaller.
LEPTON_API std::vector<Tensor> split(const Tensor& x, std::int64_t size, std::int64_t axis = 0);
/// Pieces of these sizes, whose sum is the axis's.
LEPTON_API std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes,
                                     std::int64_t axis = 0);
/// At most `count` pieces of equal size, but for the last, as views.
LEPTON_API std::vector<Tensor> chunk(const Tensor& x, std::int64_t count, std::int64_t axis = 0);
/// x[0], x[1], ... along an axis, without it, as views.
LEPTON_API std::vector<Tensor> unbind(const Tensor& x, std::int64_t axis = 0);

/// `count` pieces whose sizes differ by at most one, the larger in front, as views.
LEPTON_API std::vector<Tensor> tensor_split(const Tensor& x, std::int64_t count, std::int64_t axis = 0);
/// One axis made into several, whose sizes multiply to its own; one may be -1.
LEPTON_API Tensor unflatten(const Tensor& x, std::int64_t axis, const Shape& sizes);

/// x with its last axes padded, `sides` in their order: {{top, bottom}, {left, right}} for pictures.
LEPTON_API Tensor pad(const Tensor& x, const std::vector<Sides>& sides, PadMode mode = PadMode::constant,
                      double value = 0);

/// Elements moved by `shift` along an axis; those that leave it come in at its other end.
LEPTON_API Tensor roll(const Tensor& x, std::int64_t shift, std::int64_t axis);
/// Elements in reverse order along the axes.
LEPTON_API Tensor flip(const Tensor& x, const Dims& axes);
/// Turned `quarters` times by 90 degrees, from the first of the two axes to the second.
LEPTON_API Tensor rot90(const Tensor& x, std::int64_t quarters = 1, std::int64_t from = 0,
                        std::int64_t to = 1);
/// x repeated `times[i]` times along axis i; a factor for each of the last axes, or for more than there are.
LEPTON_API Tensor tile(const Tensor& x, const Dims& times);
/// Each element `times` times in a row along an axis.
LEPTON_API Tensor repeat_interleave(const Tensor& x, std::int64_t times, std::int64_t axis);
/// Axis `from` moved to place `to`, the others in their order; a view.
LEPTON_API Tensor moveaxis(const Tensor& x, std::int64_t from, std::int64_t to);

/// [..., m, n] with zeros above the k-th diagonal (0 is the main one, 1 that above it).
LEPTON_API Tensor tril(const Tensor& x, std::int64_t k = 0);
/// [..., m, n] with zeros below the k-th diagonal.
LEPTON_API Tensor triu(const Tensor& x, std::int64_t k = 0);
/// The k-th diagonal of the last two axes: [..., m, n] -> [..., d].
LEPTON_API Tensor diagonal(const Tensor& x, std::int64_t k = 0);
/// Matrices with x on their k-th diagonal: [..., d] -> [..., d + |k|, d + |k|].
LEPTON_API Tensor diag_embed(const Tensor& x, std::int64_t k = 0);

/// Rows and columns (i64) of an [m, n] matrix's elements on and below the k-th diagonal, row by row: [2, K].
LEPTON_API Tensor tril_indices(std::int64_t m, std::int64_t n, std::int64_t k = 0, Device device = kCpu);
/// The same on and above it.
LEPTON_API Tensor triu_indices(std::int64_t m, std::int64_t n, std::int64_t k = 0, Device device = kCpu);
/// Matrices along a diagonal, zeros elsewhere: [m1, n1], [m2, n2] -> [m1 + m2, n1 + n2].
LEPTON_API Tensor block_diag(const std::vector<Tensor>& blocks);

/// 1-D tensors stretched to a grid of all their sizes: grid[i] varies along axis i.
LEPTON_API std::vector<Tensor> meshgrid(const std::vector<Tensor>& axes);

}  // namespace lepton
