// The order of the passes.
#include "src/compile/passes.hpp"

#include <algorithm>

namespace lepton::detail {

void run_passes(Recording& recording) {
  if (std::any_of(recording.storages.begin(), recording.storages.end(),
                  [](const RecordedStorage& s) { return !s.storage->device.is_cpu(); }))
    return;
  Graph graph(recording);
  drop_dead_code(graph);
  fold_constants(graph);
  drop_dead_code(graph);
  fuse_pool_relu(graph);
  fuse_conv_pool(graph);
  fuse_cross_entropy(graph);
  fuse_norm_activation(graph);
  fuse_chains(graph);
  pack_weights(graph);
  split_norms(graph);
  share_in_place(graph);
  group_by_sample(graph);
}

}  // namespace lepton::detail
