// Losses that are 0 where an answer is right by a margin.
#pragma once

#include <functional>

#include "lepton/ops/loss.hpp"

namespace lepton {

/// max(0, 1 - target x) for targets of -1 and 1 of the shape of x.
LEPTON_API Tensor hinge_loss(const Tensor& x, const Tensor& target, Reduction reduction = Reduction::mean);

struct HingeEmbeddingOptions {
  double margin = 1;
  Reduction reduction = Reduction::mean;
};
/// x where the target is 1, max(0, margin - x) where it is -1: x is a distance.
LEPTON_API Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target,
                                       const HingeEmbeddingOptions& options = {});

struct CosineEmbeddingOptions {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};
/// 1 - cos where the target is 1, max(0, cos - margin) where it is -1, cos being the cosine between rows of x1 and x2.
/// x1, x2: [N, D], target: [N]; or [D] and [].
LEPTON_API Tensor cosine_embedding_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                                        const CosineEmbeddingOptions& options = {});

struct MarginRankingOptions {
  double margin = 0;
  Reduction reduction = Reduction::mean;
};
/// max(0, margin - target (x1 - x2)): a target of 1 wants x1 to be the larger, -1 x2.
LEPTON_API Tensor margin_ranking_loss(const Tensor& x1, const Tensor& x2, const Tensor& target,
                                      const MarginRankingOptions& options = {});

struct TripletMarginOptions {
  double margin = 1;
  double p = 2;  ///< of pairwise_distance, as eps is
  double eps = 1e-6;
  bool swap = false;  ///< the nearer of anchor and positive to the negative counts (Balntas et al. 2016)
  Reduction reduction = Reduction::mean;
};
/// max(0, |anchor - positive| - |anchor - negative| + margin) of rows (Schroff et al. 2015). All: [N, D] or [D].
LEPTON_API Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                      const TripletMarginOptions& options = {});

struct TripletDistanceOptions {
  /// Distances of rows, [N, D] and [N, D] -> [N]; pairwise_distance if there is none.
  std::function<Tensor(const Tensor&, const Tensor&)> distance_function = {};
  double margin = 1;
  bool swap = false;  ///< as in TripletMarginOptions
  Reduction reduction = Reduction::mean;
};
/// triplet_margin_loss with distances of one's own.
LEPTON_API Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive,
                                                    const Tensor& negative,
                                                    const TripletDistanceOptions& options = {});

/// log(1 + e^(-target x)) for targets of -1 and 1 of the shape of x: hinge_loss, smoothed.
LEPTON_API Tensor soft_margin_loss(const Tensor& x, const Tensor& target,
                                   Reduction reduction = Reduction::mean);

struct MultiMarginOptions {
  int p = 1;  ///< 1 or 2
  double margin = 1;
  Tensor weight = {};  ///< [C], of the classes
  Reduction reduction = Reduction::mean;
};
/// Sum over the classes i that are not the target of max(0, margin - x[target] + x[i])^p, divided by C (Crammer &
/// Singer 2001). x: [N, C], target: [N] class indices (i64).
LEPTON_API Tensor multi_margin_loss(const Tensor& x, const Tensor& target,
                                    const MultiMarginOptions& options = {});

}  // namespace lepton
