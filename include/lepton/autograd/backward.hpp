// Walking the tape: gradients of a scalar, and gradients of gradients.
#pragma once

#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// Whether the tape survives the walk, and whether the walk itself is recorded.
struct BackwardOptions {
  Tensor gradient = {};       ///< gradient of the loss by `root`; ones for a root with one element
  bool retain_graph = false;  ///< keep what the tape saved, for a second walk
  bool create_graph = false;  ///< record the walk, so that gradients can be differentiated; implies retain_graph
};

/// Adds to `grad()` of every leaf that asked for one. Throws where `root` was not computed from any such leaf,
/// where the tape was consumed already, or where a saved value was overwritten.
LEPTON_API void backward(const Tensor& root, const BackwardOptions& options = {});

/// Gradients of `root` by `inputs`, which may be leaves or results; no `grad()` is touched. An input that
/// `root` does not depend on gets an undefined tensor.
LEPTON_API std::vector<Tensor> grad(const Tensor& root, const std::vector<Tensor>& inputs,
                                    const BackwardOptions& options = {});

}  // namespace lepton
