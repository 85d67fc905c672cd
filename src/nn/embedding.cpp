// Layers that look rows up.
#include "lepton/nn/embedding.hpp"

#include "lepton/ops/random.hpp"

namespace lepton::nn {
namespace {

Parameter make_table(std::int64_t rows, std::int64_t n, std::optional<std::int64_t> padding,
                     const char* layer) {
  if (rows < 1 || n < 1) throw Error(layer, "sizes must be positive");
  if (padding && (*padding < -rows || *padding >= rows))
    throw Error(layer,
                "padding_idx " + std::to_string(*padding) + " is none of " + std::to_string(rows) + " rows");
  const Tensor table = randn({rows, n});
  if (padding) table.select(0, *padding < 0 ? *padding + rows : *padding).zero_();
  return Parameter(table);
}

}  // namespace

Embedding::Embedding(std::int64_t num_embeddings, std::int64_t embedding_dim, const EmbeddingOptions& o)
    : weight(make_table(num_embeddings, embedding_dim, o.padding_idx, "Embedding")),
      padding_(o.padding_idx) {}

Tensor Embedding::operator()(const Tensor& ids) const {
  return with_hooks(ids, [this](const Tensor& in) {
    return padding_ ? embedding(weight, in, *padding_) : embedding(weight, in);
  });
}

EmbeddingBag::EmbeddingBag(std::int64_t num_embeddings, std::int64_t embedding_dim,
                           const EmbeddingBagLayerOptions& o)
    : weight(make_table(num_embeddings, embedding_dim, o.padding_idx, "EmbeddingBag")), options_(o) {}

Tensor EmbeddingBag::operator()(const Tensor& ids, const Tensor& offsets,
                                const Tensor& per_sample_weights) const {
  return embedding_bag(weight, ids, offsets,
                       {.mode = options_.mode,
                        .padding_idx = options_.padding_idx,
                        .per_sample_weights = per_sample_weights,
                        .include_last_offset = options_.include_last_offset});
}

}  // namespace lepton::nn
