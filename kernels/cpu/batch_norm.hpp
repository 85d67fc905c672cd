// Batch normalisation of each instruction set.
#pragma once

#include "kernels/batch_norm.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu {

/// Rows that are summed together in registers before they are added to sums in double.
inline constexpr int kBatchNormGroup = 8;

/// The rows of shard i: whole groups, but for the last.
__attribute__((always_inline)) inline Range batch_norm_rows(std::int64_t rows, std::int64_t i) {
  const Range groups = shard_range((rows + kBatchNormGroup - 1) / kBatchNormGroup, kBatchNormShards, i);
  const std::int64_t end = groups.end * kBatchNormGroup;
  return {groups.begin * kBatchNormGroup, end < rows ? end : rows};
}

#define LEPTON_DECLARE_BATCH_NORM(ISA)                                                       \
  namespace ISA {                                                                            \
  void batch_norm_statistics(const BatchNormArgs& args);                                     \
  void batch_norm_add(const BatchNormArgs& args, const BatchNormPart& part);                 \
  void batch_norm_finish(const BatchNormArgs& args);                                         \
  void batch_norm_apply(const BatchNormArgs& args);                                          \
  void batch_norm_apply_part(const BatchNormArgs& args, const BatchNormPart& part);          \
  void batch_norm_grad_sums(const BatchNormGradArgs& args);                                  \
  void batch_norm_grad_add(const BatchNormGradArgs& args, const BatchNormPart& part);        \
  void batch_norm_grad_finish(const BatchNormGradArgs& args);                                \
  void batch_norm_grad_apply(const BatchNormGradArgs& args);                                 \
  void batch_norm_grad_apply_part(const BatchNormGradArgs& args, const BatchNormPart& part); \
  }
LEPTON_DECLARE_BATCH_NORM(v3)
LEPTON_DECLARE_BATCH_NORM(v4)
#undef LEPTON_DECLARE_BATCH_NORM

}  // namespace lepton::kernels::cpu
