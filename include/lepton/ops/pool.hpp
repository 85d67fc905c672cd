// Pooling.
#pragma once

#include <utility>

#include "lepton/ops/conv_nd.hpp"

namespace lepton {

/// Whether a last window may reach behind the padding, as long as it begins before that: sizes are rounded up.
enum class CeilMode : bool { no, yes };

/// Largest element of each window. x: [N, C, H, W] -> [N, C, OH, OW], channels last in memory, with
/// OH = (H + 2 padding - dilation (kernel - 1) - 1) / stride + 1. A stride of 0 stands for the kernel's size. Padding
/// (at most half the kernel) never wins. The gradient goes to the first of equal elements.
LEPTON_API Tensor max_pool2d(const Tensor& x, Pair kernel, Pair stride = 0, Pair padding = 0,
                             Pair dilation = 1, CeilMode ceil = CeilMode::no);

/// The same along one axis. x: [N, C, L] -> [N, C, OL].
LEPTON_API Tensor max_pool1d(const Tensor& x, std::int64_t kernel, std::int64_t stride = 0,
                             std::int64_t padding = 0, std::int64_t dilation = 1,
                             CeilMode ceil = CeilMode::no);
/// The same of volumes. x: [N, C, D, H, W] -> [N, C, OD, OH, OW].
LEPTON_API Tensor max_pool3d(const Tensor& x, Triple kernel, Triple stride = 0, Triple padding = 0,
                             Triple dilation = 1, CeilMode ceil = CeilMode::no);

// The same, and where each largest element stands in its sequence, picture or volume, counted in row-major order (i64),
// as PyTorch's return_indices has it: row * W + column.
LEPTON_API std::pair<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, std::int64_t kernel,
                                                             std::int64_t stride = 0,
                                                             std::int64_t padding = 0,
                                                             std::int64_t dilation = 1,
                                                             CeilMode ceil = CeilMode::no);
LEPTON_API std::pair<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, Pair kernel, Pair stride = 0,
                                                             Pair padding = 0, Pair dilation = 1,
                                                             CeilMode ceil = CeilMode::no);
LEPTON_API std::pair<Tensor, Tensor> max_pool3d_with_indices(const Tensor& x, Triple kernel,
                                                             Triple stride = 0, Triple padding = 0,
                                                             Triple dilation = 1,
                                                             CeilMode ceil = CeilMode::no);

/// Whether zeros beyond the edges count in a mean.
enum class CountPadding : bool { no, yes };

/// Mean of each window; sizes as for max_pool2d. With a `divisor` that is not 0, the sum divided by it. What lies
/// behind the padding (CeilMode) counts in no mean.
LEPTON_API Tensor avg_pool1d(const Tensor& x, std::int64_t kernel, std::int64_t stride = 0,
                             std::int64_t padding = 0, CountPadding count = CountPadding::yes,
                             CeilMode ceil = CeilMode::no);
LEPTON_API Tensor avg_pool2d(const Tensor& x, Pair kernel, Pair stride = 0, Pair padding = 0,
                             CountPadding count = CountPadding::yes, CeilMode ceil = CeilMode::no,
                             std::int64_t divisor = 0);
LEPTON_API Tensor avg_pool3d(const Tensor& x, Triple kernel, Triple stride = 0, Triple padding = 0,
                             CountPadding count = CountPadding::yes, CeilMode ceil = CeilMode::no,
                             std::int64_t divisor = 0);

/// (sum of x^norm)^(1 / norm) of each window; for an odd norm of positive elements only, others give NaN. Of a window
/// that reaches over the edge (CeilMode) it is that of the mean there times the window's size, as in PyTorch.
LEPTON_API Tensor lp_pool1d(const Tensor& x, double norm, std::int64_t kernel, std::int64_t stride = 0,
                            CeilMode ceil = CeilMode::no);
LEPTON_API Tensor lp_pool2d(const Tensor& x, double norm, Pair kernel, Pair stride = 0,
                            CeilMode ceil = CeilMode::no);
LEPTON_API Tensor lp_pool3d(const Tensor& x, double norm, Triple kernel, Triple stride = 0,
                            CeilMode ceil = CeilMode::no);

// Adaptive pooling has a result of a given size: place i of `size` is made from floor(i n / size) to
// ceil((i + 1) n / size) of n elements.
LEPTON_API Tensor adaptive_avg_pool1d(const Tensor& x, std::int64_t size);
LEPTON_API Tensor adaptive_avg_pool2d(const Tensor& x, Pair size);
LEPTON_API Tensor adaptive_avg_pool3d(const Tensor& x, Triple size);
/// Of equal largest elements each has a share of the gradient.
LEPTON_API Tensor adaptive_max_pool1d(const Tensor& x, std::int64_t size);
LEPTON_API Tensor adaptive_max_pool2d(const Tensor& x, Pair size);
LEPTON_API Tensor adaptive_max_pool3d(const Tensor& x, Triple size);

}  // namespace lepton
