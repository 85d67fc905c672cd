// Batch normalisation with the residual and the activation behind it, and back: one pass over the pictures instead of
// two or three each way.
#include <algorithm>

#include "kernels/batch_norm.hpp"
#include "kernels/pointwise.hpp"
#include "lepton/ops/formula/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "src/compile/passes.hpp"

namespace lepton::detail {
namespace {

using Activation = kernels::BatchNormActivation;

Activation activation_of(std::uint8_t formula) {
  if (formula == index_of<op::Relu, op::UnaryOps>) return Activation::relu;
  if (formula == index_of<op::Relu6, op::UnaryOps>) return Activation::relu6;
  return Activation::none;
}

/// The only launch that reads a temporary storage that `i` makes; -1 where there are more, or others.
int sole_reader(const Graph& g, const RecordedSlot& slot, int i) {
  if (slot.offset != 0 || g.producer(slot.storage) != i) return -1;
  int found = -1;
  for (const Use& use : g.uses(slot.storage)) {
    if (use.launch == i || use.launch == found) continue;
    if (found >= 0 || use.access != Access::read) return -1;
    found = use.launch;
  }
  return found;
}

/// The operand of an addition, element by element, that is not `slot`; null where it is no such addition.
const RecordedSlot* other_operand(const Graph& g, int i, const RecordedSlot& slot) {
  const auto* a = i < 0 ? nullptr : g.match(i, kernels::binary);
  if (!a || a->op != index_of<op::Add, op::BinaryOps> || a->walk.rank != 1) return nullptr;
  if (a->walk.stride[0][0] != 1 || a->walk.stride[1][0] != 1) return nullptr;
  const RecordedSlot *left = g.slot(i, &a->a), *right = g.slot(i, &a->b);
  if (left->storage == right->storage || g.slot(i, &a->y)->access != Access::write) return nullptr;
  return left->storage == slot.storage ? right : left;
}

/// Slots of launch `i` without those of `field`.
std::vector<RecordedSlot> slots_without(const Graph& g, int i, std::uint32_t field) {
  std::vector<RecordedSlot> slots = g.launch(i).slots;
  std::erase_if(slots, [&](const RecordedSlot& s) { return s.field == field; });
  return slots;
}

bool fuse_forward(Graph& g, int norm) {
  const auto* a = g.match(norm, kernels::batch_norm);
  if (!a || a->activation != Activation::none) return false;
  std::vector<int> members{norm};
  int next = sole_reader(g, *g.slot(norm, &a->y), norm);
  const RecordedSlot* residual = other_operand(g, next, *g.slot(norm, &a->y));
  if (residual) {
    members.push_back(next);
    next = sole_reader(g, *g.slot(next, &g.match(next, kernels::binary)->y), next);
  }
  const auto* act = next < 0 ? nullptr : g.match(next, kernels::unary);
  if (!act || activation_of(act->op) == Activation::none) return false;
  members.push_back(next);
  if (!g.can_merge(members)) return false;

  kernels::BatchNormArgs args = *a;
  args.activation = activation_of(act->op);
  std::vector<RecordedSlot> slots = slots_without(g, norm, field_of(&args.y, &args));
  RecordedSlot y = *g.slot(next, &act->y);
  y.field = field_of(&args.y, &args);
  slots.push_back(y);
  if (residual) slots.push_back({field_of(&args.residual, &args), residual->storage, residual->offset, Access::read});
  g.merge(members, g.make(kernels::batch_norm, args, slots));
  return true;
}

bool same_place(const RecordedSlot* a, const RecordedSlot* b) {
  return a == b || (a && b && a->storage == b->storage && a->offset == b->offset);
}

/// The normalisation without a residual that made `y` from what `back` reads, so that the gradient can make it again;
/// -1 where there is none.
int norm_of(const Graph& g, const RecordedSlot& y, int back) {
  const int norm = g.producer(y.storage);
  const auto* forward = norm < 0 ? nullptr : g.match(norm, kernels::batch_norm);
  const auto& b = *g.match(back, kernels::batch_norm_grad);
  if (!forward || forward->residual || forward->mean_rest) return -1;
  const bool same = same_place(g.slot(norm, &forward->x), g.slot(back, &b.x)) &&
                    same_place(g.slot(norm, &forward->weight), g.slot(back, &b.weight)) &&
                    same_place(g.slot(norm, &forward->mean), g.slot(back, &b.mean)) &&
                    same_place(g.slot(norm, &forward->rstd), g.slot(back, &b.rstd));
  if (!same) return -1;
  if (const RecordedSlot* bias = g.slot(norm, &forward->bias))
    for (const Use& use : g.uses(bias->storage))
      if (use.access != Access::read && use.launch > norm && use.launch < back) return -1;
  return norm;
}

bool fuse_backward(Graph& g, int back) {
  const auto* a = g.match(back, kernels::batch_norm_grad);
  if (!a || a->activation != Activation::none) return false;
  const RecordedSlot& dz = *g.slot(back, &a->g);
  const int grad = g.producer(dz.storage);
  const auto* act = grad < 0 || dz.offset != 0 ? nullptr : g.match(grad, kernels::unary_grad);
  if (!act || activation_of(act->op) == Activation::none || act->n != a->rows * a->c) return false;
  const int members[] = {grad, back};
  if (!g.can_merge(members)) return false;

  kernels::BatchNormGradArgs args = *a;
  args.activation = activation_of(act->op);
  std::vector<RecordedSlot> slots = slots_without(g, back, field_of(&args.g, &args));
  const RecordedSlot &upper = *g.slot(grad, &act->g), &saved = *g.slot(grad, &act->saved);
  slots.push_back({field_of(&args.g, &args), upper.storage, upper.offset, Access::read});
  if (const int norm = norm_of(g, saved, back); norm >= 0) {
    const auto& forward = *g.match(norm, kernels::batch_norm);
    const int rest = g.make_temporary(std::size_t(args.c) * size_of(args.dtype));
    g.launch(norm).slots.push_back({field_of(&forward.mean_rest, &forward), rest, 0, Access::write});
    g.point(norm);
    slots.push_back({field_of(&args.mean_rest, &args), rest, 0, Access::read});
    if (const RecordedSlot* bias = g.slot(norm, &forward.bias)) slots.push_back(slot_at(*bias, field_of(&args.bias, &args), Access::read));
  } else {
    slots.push_back({field_of(&args.y, &args), saved.storage, saved.offset, Access::read});
  }
  if (!g.only_reader(dz.storage, back)) slots.push_back({field_of(&args.dresidual, &args), dz.storage, 0, Access::write});
  g.merge(members, g.make(kernels::batch_norm_grad, args, slots));
  return true;
}

}  // namespace

void fuse_norm_activation(Graph& graph) {
  for (int i = 0; i < graph.size(); ++i)
    if (fuse_forward(graph, i) || fuse_backward(graph, i)) i = std::max(-1, i - 4);
}

}  // namespace lepton::detail
