// Cross-entropy and its gradient in one pass over the logits: the probabilities between them are never written.
#include <cstddef>

#include "kernels/softmax.hpp"
#include "src/compile/passes.hpp"

namespace lepton::detail {
namespace {

/// The loss whose probabilities gradient `i` alone reads; -1 where there is none.
int find_loss(const Graph& g, int i, const kernels::CrossEntropyGradArgs& grad) {
  const RecordedSlot& p = *g.slot(i, &grad.p);
  const int made = g.producer(p.storage);
  const auto* loss = made < 0 ? nullptr : g.match(made, kernels::cross_entropy);
  if (!loss || !g.only_reader(p.storage, i) || loss->rows != grad.rows || loss->n != grad.n) return -1;
  const RecordedSlot &mine = *g.slot(made, &loss->target), &its = *g.slot(i, &grad.target);
  const int members[] = {made, i};
  return mine.storage == its.storage && mine.offset == its.offset && g.can_merge(members) ? made : -1;
}

void merge(Graph& g, int made, int i) {
  const auto& loss = *g.match(made, kernels::cross_entropy);
  const auto& grad = *g.match(i, kernels::cross_entropy_grad);
  const kernels::CrossEntropyWithGradArgs args{loss.x,  loss.target, grad.g, loss.loss,
                                               grad.dx, loss.rows,   loss.n, loss.dtype};
  using Args = kernels::CrossEntropyWithGradArgs;
  const RecordedSlot slots[] = {slot_at(*g.slot(made, &loss.x), offsetof(Args, x), Access::read),
                                slot_at(*g.slot(made, &loss.target), offsetof(Args, target), Access::read),
                                slot_at(*g.slot(i, &grad.g), offsetof(Args, g), Access::read),
                                slot_at(*g.slot(made, &loss.loss), offsetof(Args, loss), Access::write),
                                slot_at(*g.slot(i, &grad.dx), offsetof(Args, dx), Access::write)};
  const int members[] = {made, i};
  g.merge(members, g.make(kernels::cross_entropy_with_grad, args, slots));
}

}  // namespace

void fuse_cross_entropy(Graph& graph) {
  for (int i = 0; i < graph.size(); ++i) {
    const auto* grad = graph.match(i, kernels::cross_entropy_grad);
    const int made = grad ? find_loss(graph, i, *grad) : -1;
    if (made < 0) continue;
    merge(graph, made, i);
    i = -1;
  }
}

}  // namespace lepton::detail
