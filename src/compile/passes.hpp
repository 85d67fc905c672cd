// The passes that turn a recording into a faster one with the same results.
#pragma once

#include "src/compile/graph.hpp"

namespace lepton::detail {

/// Launches whose results nobody reads are dropped.
void drop_dead_code(Graph& graph);
/// Launches that compute the same in every replay are dropped: what they computed in the recording is kept.
void fold_constants(Graph& graph);
/// Max pooling does the relu before it, and its gradient that relu's.
void fuse_pool_relu(Graph& graph);
/// A convolution does the max pooling behind it.
void fuse_conv_pool(Graph& graph);
/// Cross-entropy and its gradient become one launch.
void fuse_cross_entropy(Graph& graph);
/// Batch normalisation does the addition and the activation behind it, and its gradient theirs.
void fuse_norm_activation(Graph& graph);
/// Element-by-element launches become chains: on the blocks of a product or a convolution that they follow, else with
/// the sums that follow them.
void fuse_chains(Graph& graph);
/// Weights of convolutions and products are kept in the form that their kernels want.
void pack_weights(Graph& graph);
/// Large batch normalisations and their gradients become sums and what follows from them.
void split_norms(Graph& graph);
/// Convolutions and what lies between them run through a few samples at a time on each core.
void group_by_sample(Graph& graph);
/// Results take the memory of operands that end with them.
void share_in_place(Graph& graph);

/// All of them, in order. A step on a GPU is left as it is.
void run_passes(Recording& recording);

}  // namespace lepton::detail
