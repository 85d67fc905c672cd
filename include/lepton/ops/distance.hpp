// How far vectors are from each other, and how long.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// x1 . x2 / (|x1| |x2|) along an axis, lengths being at least eps. Shapes broadcast; the axis is dropped.
LEPTON_API Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, std::int64_t axis = 1,
                                    double eps = 1e-8);

struct PairwiseDistanceOptions {
  double p = 2;       ///< infinity for the largest difference
  double eps = 1e-6;  ///< added to every difference
  bool keepdim = false;
};
/// The p-norm of x1 - x2 + eps along the last axis. x1, x2: [..., D], which broadcast.
LEPTON_API Tensor pairwise_distance(const Tensor& x1, const Tensor& x2,
                                    const PairwiseDistanceOptions& options = {});

/// The p-norms of all differences of a row of a and one of b, at least 0: [..., m, D], [..., n, D] -> [..., m, n].
LEPTON_API Tensor cdist(const Tensor& a, const Tensor& b, double p = 2);

/// x with each of its parts along an axis shortened to a p-norm of at most `most`.
LEPTON_API Tensor renorm(const Tensor& x, double p, std::int64_t axis, double most);

}  // namespace lepton
