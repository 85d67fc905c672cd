// The passes that turn a recording into a faster one with the same results.
#pragma once

#include "src/compile/graph.hpp"

namespace lepton::detail {

/// Launches whose results nobody reads are dropped.
void drop_dead_code(Graph& graph);
/// Launches that compute the same in every replay are dropped: what they computed in the recording is kept.
void fold_constants(Graph& graph);

/// All of them, in order. A step on a GPU is left as it is.
void run_passes(Recording& recording);

}  // namespace lepton::detail
