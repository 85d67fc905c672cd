// Rows of a table by id: one each, or several joined.
#pragma once

#include <optional>

#include "lepton/ops/index.hpp"

namespace lepton {

/// embedding(weight, ids), whose gradient leaves row `padding_idx` (counted from the end if negative) at 0.
LEPTON_API Tensor embedding(const Tensor& weight, const Tensor& ids, std::int64_t padding_idx);

/// How the rows of a bag are joined.
enum class BagMode : std::uint8_t { sum, mean, max };

struct EmbeddingBagOptions {
  BagMode mode = BagMode::mean;
  std::optional<std::int64_t> padding_idx = {};  ///< an id that counts for nothing; from the end if negative
  Tensor per_sample_weights = {};    ///< of the shape of ids, for BagMode::sum: what rows are multiplied by
  bool include_last_offset = false;  ///< the last offset is the end, not the start of a bag
};
/// The sum, mean or largest elements of the rows of `weight` [V, D] that each bag of ids (i64) names -> [B, D]. ids:
/// [B, L], a bag a row; or [N] with offsets [B] (i64), where each bag begins. A bag without ids gives zeros. The
/// gradient of BagMode::max can be taken once only. Throws for ids and offsets out of range, also in a captured step.
LEPTON_API Tensor embedding_bag(const Tensor& weight, const Tensor& ids, const Tensor& offsets = {},
                                const EmbeddingBagOptions& options = {});

}  // namespace lepton
