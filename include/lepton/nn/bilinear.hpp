// The bilinear layer, the identity, and distances as layers.
#pragma once

#include "lepton/nn/module.hpp"
#include "lepton/ops/distance.hpp"

namespace lepton::nn {

struct BilinearOptions {
  std::int64_t in1, in2, out;
  bool bias = true;
};

/// x1^T weight[o] x2 + bias[o] for each o. x1: [..., in1], x2: [..., in2] -> [..., out]; weight: [out, in1, in2], bias:
/// [out], both at first uniform within +-1 / sqrt(in1).
class LEPTON_API Bilinear : public Module {
 public:
  explicit Bilinear(const BilinearOptions& options);
  Tensor operator()(const Tensor& x1, const Tensor& x2) const;

  Parameter weight, bias;
  LEPTON_FIELDS(weight, bias)
};

/// Gives what it gets.
class LEPTON_API Identity : public Module {
 public:
  Tensor operator()(const Tensor& x) const { return x; }
  LEPTON_FIELDS()
};

class LEPTON_API CosineSimilarity : public Module {
 public:
  explicit CosineSimilarity(std::int64_t dim = 1, double eps = 1e-8) : dim_(dim), eps_(eps) {}
  Tensor operator()(const Tensor& x1, const Tensor& x2) const {
    return cosine_similarity(x1, x2, dim_, eps_);
  }
  LEPTON_FIELDS()

 private:
  std::int64_t dim_;
  double eps_;
};

class LEPTON_API PairwiseDistance : public Module {
 public:
  explicit PairwiseDistance(const PairwiseDistanceOptions& options = {}) : options_(options) {}
  Tensor operator()(const Tensor& x1, const Tensor& x2) const { return pairwise_distance(x1, x2, options_); }
  LEPTON_FIELDS()

 private:
  PairwiseDistanceOptions options_;
};

}  // namespace lepton::nn
