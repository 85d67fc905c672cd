// Constants: what is computed from nothing that can change, such as the gradient of the loss by itself.
#include "kernels/random.hpp"
#include "src/compile/passes.hpp"

namespace lepton::detail {
namespace {

/// Reads what is not among its slots.
bool draws(const Graph& graph, int i) { return graph.match(i, kernels::random) || graph.match(i, kernels::dropout); }

}  // namespace

void fold_constants(Graph& graph) {
  bool folded = false;
  for (int i = 0; i < graph.size(); ++i) {
    if (draws(graph, i)) continue;
    bool constant = true;
    for (const RecordedSlot& slot : graph.launch(i).slots) {
      const RecordedStorage& s = graph.storage(slot.storage);
      if (slot.access == Access::read) constant = constant && s.constant;
      else constant = constant && graph.producer(slot.storage) == i && s.bytes <= kMostConstant;
    }
    if (!constant) continue;
    for (const RecordedSlot& slot : graph.launch(i).slots)
      if (slot.access != Access::read) graph.keep(slot.storage);
    graph.erase(i);
    folded = true;
  }
  if (folded) graph.refresh();
}

}  // namespace lepton::detail
