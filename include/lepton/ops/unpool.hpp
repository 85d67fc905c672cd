// The way back from max pooling.
#pragma once

#include <optional>

#include "lepton/ops/conv_nd.hpp"

namespace lepton {

/// Zeros with the elements of x put where `indices` (of max_pool2d_with_indices) say. x, indices: [N, C, OH, OW] -> [N,
/// C, H, W] with H = (OH - 1) stride - 2 padding + kernel unless `size` says it: pooling rounds, so that pictures of
/// several sizes give the same one. Of elements for one place the last stays. Throws for an index outside.
LEPTON_API Tensor max_unpool2d(const Tensor& x, const Tensor& indices, Pair kernel, Pair stride = 0,
                               Pair padding = 0, std::optional<Pair> size = {});
/// The same of sequences. x, indices: [N, C, OL] -> [N, C, L].
LEPTON_API Tensor max_unpool1d(const Tensor& x, const Tensor& indices, std::int64_t kernel,
                               std::int64_t stride = 0, std::int64_t padding = 0,
                               std::optional<std::int64_t> size = {});
/// The same of volumes. x, indices: [N, C, OD, OH, OW] -> [N, C, D, H, W].
LEPTON_API Tensor max_unpool3d(const Tensor& x, const Tensor& indices, Triple kernel, Triple stride = 0,
                               Triple padding = 0, std::optional<Triple> size = {});

}  // namespace lepton
