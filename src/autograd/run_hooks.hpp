// Hooks, as the walk runs them.
#pragma once

#include <utility>
#include <vector>

#include "lepton/autograd/hooks.hpp"
#include "lepton/autograd/node.hpp"

namespace lepton::detail {

/// What the gradient hooks make of g, one after the other.
Tensor run_gradient_hooks(const TensorHooks& hooks, Tensor g);

/// Whether any leaf of the program has hooks; if not, a walk need not look for them.
bool any_hooked_leaf();

/// Gradients of leaves with hooks. A hook sees the sum, so each waits until all that the walk brings has come.
class HookedLeaves {
 public:
  /// Counts the ways by which a walk from `start` comes to such leaves.
  void expect(const Edge& start);
  /// Adds what came by one of these ways, undefined for nothing; true where it was the last.
  bool arrive(TensorImpl& leaf, Tensor g);
  /// The leaf's gradient, which waits no longer; undefined where nothing came.
  Tensor take(TensorImpl& leaf);
  /// Those that still wait, in the order of their coming: some ways were not gone.
  std::vector<TensorImpl*> waiting() const;

 private:
  struct Arrival {
    TensorImpl* leaf;
    int missing;
    Tensor sum;
  };
  Arrival& at(TensorImpl& leaf);
  std::vector<Arrival> arrivals_;  // few leaves have hooks
};

/// slot += g. The first gradient is taken as it is; later ones are added in place where that is safe.
void accumulate(Tensor& slot, Tensor g);

}  // namespace lepton::detail
