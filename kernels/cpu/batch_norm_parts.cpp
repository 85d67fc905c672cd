// Batch normalisation as a whole, in halves and in parts: the choice between instruction sets.
#include "kernels/cpu/batch_norm.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu {

bool batch_norm_has_parts(std::int64_t rows, std::int64_t images) {
  if (images < kBatchNormShards || rows % images != 0 || rows / images % kBatchNormGroup != 0) return false;
  for (std::int64_t i = 0; i < kBatchNormShards; ++i) {
    const Range pictures = shard_range(images, kBatchNormShards, i), mine = batch_norm_rows(rows, i);
    if (mine.begin != pictures.begin * (rows / images) || mine.end != pictures.end * (rows / images))
      return false;
  }
  return true;
}

void batch_norm(const BatchNormArgs& args, Stream stream) {
  BatchNormArgs both = args;
  // What the finished statistics write there are sums that they have read by then.
  if (!both.mean_rest) both.mean_rest = args.scratch;
  batch_norm_statistics(both, stream);
  batch_norm_apply(both, stream);
}
void batch_norm_statistics(const BatchNormArgs& args, Stream) { LEPTON_FOR_ISA(batch_norm_statistics)(args); }
void batch_norm_add(const BatchNormArgs& args, const BatchNormPart& part) {
  LEPTON_FOR_ISA(batch_norm_add)(args, part);
}
void batch_norm_finish(const BatchNormArgs& args) { LEPTON_FOR_ISA(batch_norm_finish)(args); }
void batch_norm_apply(const BatchNormArgs& args, Stream) { LEPTON_FOR_ISA(batch_norm_apply)(args); }
void batch_norm_apply_part(const BatchNormArgs& args, const BatchNormPart& part) {
  LEPTON_FOR_ISA(batch_norm_apply_part)(args, part);
}

void batch_norm_grad(const BatchNormGradArgs& args, Stream stream) {
  batch_norm_grad_sums(args, stream);
  batch_norm_grad_apply(args, stream);
}
void batch_norm_grad_sums(const BatchNormGradArgs& args, Stream) {
  LEPTON_FOR_ISA(batch_norm_grad_sums)(args);
}
void batch_norm_grad_add(const BatchNormGradArgs& args, const BatchNormPart& part) {
  LEPTON_FOR_ISA(batch_norm_grad_add)(args, part);
}
void batch_norm_grad_finish(const BatchNormGradArgs& args) { LEPTON_FOR_ISA(batch_norm_grad_finish)(args); }
void batch_norm_grad_apply(const BatchNormGradArgs& args, Stream) {
  LEPTON_FOR_ISA(batch_norm_grad_apply)(args);
}
void batch_norm_grad_apply_part(const BatchNormGradArgs& args, const BatchNormPart& part) {
  LEPTON_FOR_ISA(batch_norm_grad_apply_part)(args, part);
}

}  // namespace lepton::kernels::cpu
