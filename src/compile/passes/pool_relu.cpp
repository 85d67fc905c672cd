// relu before max pooling: the pooling does it, and marks windows without a positive element, so that the gradient
// needs neither what relu gave nor a pass of its own.
#include "kernels/pointwise.hpp"
#include "kernels/pool.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "src/compile/passes.hpp"

namespace lepton::detail {
namespace {

constexpr std::uint8_t kRelu = std::uint8_t(index_of<op::Relu, op::UnaryOps>);

/// The launches around one pooling: relu -> pool, and pool_grad -> relu_grad where the step has gradients.
struct Found {
  int relu = -1, pool = -1, pool_grad = -1, relu_grad = -1;
};

/// The launch of `kernel` among the readers of `slot`'s storage other than `besides`; -2 where others read it too.
template <class Args> int sole_reader(const Graph& g, const RecordedSlot& slot, const kernels::Kernel<Args>& kernel, int besides) {
  int found = -1;
  for (const Use& use : g.uses(slot.storage)) {
    if (use.access != Access::read || use.launch == besides || use.launch == found) continue;
    if (found >= 0 || !g.match(use.launch, kernel)) return -2;
    found = use.launch;
  }
  return found;
}

bool find(const Graph& g, int pool, Found& f) {
  const auto* p = g.match(pool, kernels::max_pool2d);
  if (!p || p->shape.relu || p->shape.kh * p->shape.kw > 255) return false;
  const RecordedSlot &x = *g.slot(pool, &p->x), &where = *g.slot(pool, &p->where);
  f.pool = pool;
  f.relu = g.producer(x.storage);
  const auto* relu = f.relu < 0 ? nullptr : g.match(f.relu, kernels::unary);
  if (!relu || relu->op != kRelu || g.producer(where.storage) != pool) return false;
  f.relu_grad = sole_reader(g, x, kernels::unary_grad, pool);
  if (f.relu_grad == -2) return false;
  f.pool_grad = sole_reader(g, where, kernels::max_pool2d_grad, -1);
  if (f.pool_grad == -2) return false;
  if (f.relu_grad < 0) return f.pool_grad < 0;
  if (f.pool_grad < 0) return false;
  const auto* grad = g.match(f.relu_grad, kernels::unary_grad);
  const RecordedSlot& dx = *g.slot(f.pool_grad, &g.match(f.pool_grad, kernels::max_pool2d_grad)->dx);
  return grad->op == kRelu && g.slot(f.relu_grad, &grad->saved)->storage == x.storage &&
         g.slot(f.relu_grad, &grad->g)->storage == dx.storage && g.producer(dx.storage) == f.pool_grad &&
         g.only_reader(dx.storage, f.relu_grad);
}

/// The pointer `field` of launch `i` leads where `to` does.
void redirect(Graph& g, int i, const void* field, const RecordedSlot& to) {
  auto& slot = const_cast<RecordedSlot&>(*g.slot(i, field));
  slot.storage = to.storage;
  slot.offset = to.offset;
  g.point(i);
}

void rewrite(Graph& g, const Found& f) {
  auto* pool = g.match(f.pool, kernels::max_pool2d);
  pool->shape.relu = true;
  redirect(g, f.pool, &pool->x, *g.slot(f.relu, &g.match(f.relu, kernels::unary)->x));
  if (f.relu_grad >= 0) {
    auto* grad = g.match(f.pool_grad, kernels::max_pool2d_grad);
    grad->shape.relu = true;
    redirect(g, f.pool_grad, &grad->dx, *g.slot(f.relu_grad, &g.match(f.relu_grad, kernels::unary_grad)->dx));
    g.erase(f.relu_grad);
  }
  g.erase(f.relu);
  g.recount();
}

}  // namespace

void fuse_pool_relu(Graph& graph) {
  for (int i = 0; i < graph.size(); ++i) {
    Found f;
    if (!find(graph, i, f)) continue;
    rewrite(graph, f);
    i = -1;
  }
}

}  // namespace lepton::detail
