// Gradients that wait for the last of their terms.
#include <algorithm>
#include <unordered_set>

#include "src/autograd/run_hooks.hpp"

namespace lepton::detail {

void HookedLeaves::expect(const Edge& start) {
  std::unordered_set<Node*> seen;
  std::vector<Node*> pending;
  const auto follow = [&](const Edge& edge) {
    if (edge.leaf && edge.leaf->hooks) ++at(*edge.leaf).missing;
    if (edge.node && seen.insert(edge.node.get()).second) pending.push_back(edge.node.get());
  };
  follow(start);
  while (!pending.empty()) {
    Node* const node = pending.back();
    pending.pop_back();
    for (const Edge& edge : node->edges()) follow(edge);
  }
}

bool HookedLeaves::arrive(TensorImpl& leaf, Tensor g) {
  Arrival& a = at(leaf);
  if (g.defined()) accumulate(a.sum, std::move(g));
  return --a.missing == 0;
}

Tensor HookedLeaves::take(TensorImpl& leaf) { return std::exchange(at(leaf).sum, Tensor()); }

std::vector<TensorImpl*> HookedLeaves::waiting() const {
  std::vector<TensorImpl*> result;
  for (const Arrival& a : arrivals_)
    if (a.sum.defined()) result.push_back(a.leaf);
  return result;
}

HookedLeaves::Arrival& HookedLeaves::at(TensorImpl& leaf) {
  const auto it =
      std::find_if(arrivals_.begin(), arrivals_.end(), [&](const Arrival& a) { return a.leaf == &leaf; });
  return it != arrivals_.end() ? *it : arrivals_.emplace_back(Arrival{&leaf, 0, {}});
}

}  // namespace lepton::detail
