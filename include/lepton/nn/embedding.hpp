// Layers that look rows up.
#pragma once

#include "lepton/nn/module.hpp"
#include "lepton/ops/embedding.hpp"

namespace lepton::nn {

struct EmbeddingOptions {
  std::optional<std::int64_t> padding_idx = {};  ///< a row that begins as zeros and is not trained
};
/// embedding with a table of its own: ids [...] (i64) -> [..., embedding_dim]; weight: [num_embeddings, embedding_dim],
/// at first standard normal.
class LEPTON_API Embedding : public Module {
 public:
  Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, const EmbeddingOptions& options = {});
  Tensor operator()(const Tensor& ids) const;

  Parameter weight;
  LEPTON_FIELDS(weight)

 private:
  std::optional<std::int64_t> padding_;
};

struct EmbeddingBagLayerOptions {
  BagMode mode = BagMode::mean;
  std::optional<std::int64_t> padding_idx = {};  ///< an id that counts for nothing
  bool include_last_offset = false;              ///< the last offset is the end, not the start of a bag
};
/// embedding_bag with a table of its own.
class LEPTON_API EmbeddingBag : public Module {
 public:
  EmbeddingBag(std::int64_t num_embeddings, std::int64_t embedding_dim,
               const EmbeddingBagLayerOptions& options = {});
  Tensor operator()(const Tensor& ids, const Tensor& offsets = {},
                    const Tensor& per_sample_weights = {}) const;

  Parameter weight;
  LEPTON_FIELDS(weight)

 private:
  EmbeddingBagLayerOptions options_;
};

}  // namespace lepton::nn
