// In place: a result takes the memory of an operand that nobody needs any more, where the kernel reads each element
// before it writes it. So logits, probabilities and their gradient lie once, and what is in a cache is written again.
#include <algorithm>

#include "kernels/batch_norm.hpp"
#include "kernels/fused.hpp"
#include "kernels/pointwise.hpp"
#include "kernels/softmax.hpp"
#include "src/compile/passes.hpp"

namespace lepton::detail {
namespace {

/// The fields of a launch that may share memory: an output with any of the operands.
struct Shareable {
  std::vector<const void*> operands, outputs;
};

Shareable chain(const kernels::ChainArgs& a) {
  Shareable fields;
  for (int k = 0; k < a.operands; ++k) {
    const kernels::ChainOperand& o = a.operand[k];
    if (o.col_stride != 1 || (a.rows != 1 && o.row_stride != a.cols)) continue;
    bool read = false, written = false;
    for (int s = 0; s < a.steps; ++s) {
      written = written || a.step[s].out == k;
      for (const std::int8_t in : a.step[s].in) read = read || in == kernels::chain_operand(k);
    }
    if (read) fields.operands.push_back(&o.data);
    if (written && !read) fields.outputs.push_back(&o.data);
  }
  return fields;
}

/// A chain behind a product: its first operand is what the product makes.
Shareable behind(const kernels::ChainArgs& a, const void* result) {
  Shareable fields = chain(a);
  fields.operands.push_back(result);
  return fields;
}

Shareable binary(const kernels::BinaryArgs& a) {
  Shareable fields{{}, {&a.y}};
  if (a.walk.rank != 1) return {};
  if (a.walk.stride[0][0] == 1) fields.operands.push_back(&a.a);
  if (a.walk.stride[1][0] == 1) fields.operands.push_back(&a.b);
  return fields;
}

Shareable shareable(const Graph& g, int i) {
  if (const auto* a = g.match(i, kernels::unary)) return {{&a->x}, {&a->y}};
  if (const auto* a = g.match(i, kernels::unary_grad)) return {{&a->g, &a->saved}, {&a->dx}};
  if (const auto* a = g.match(i, kernels::binary)) return binary(*a);
  if (const auto* a = g.match(i, kernels::dropout)) return {{&a->x}, {&a->y}};
  if (const auto* a = g.match(i, kernels::mask_scale)) return {{&a->x}, {&a->y}};
  if (const auto* a = g.match(i, kernels::softmax)) return {{&a->x}, {&a->y}};
  if (const auto* a = g.match(i, kernels::cross_entropy)) return {{&a->x}, {&a->p}};
  if (const auto* a = g.match(i, kernels::cross_entropy_with_grad)) return {{&a->x}, {&a->dx}};
  if (const auto* a = g.match(i, kernels::cross_entropy_grad)) return {{&a->p}, {&a->dx}};
  if (const auto* a = g.match(i, kernels::bce_grad)) return {{&a->x}, {&a->dx}};
  if (const auto* a = g.match(i, kernels::batch_norm)) return {{&a->x, &a->residual}, {&a->y}};
  if (const auto* a = g.match(i, kernels::batch_norm_grad)) return {{&a->x, &a->g}, {&a->dx}};
  if (const auto* a = g.match(i, kernels::chain)) return chain(*a);
  if (const auto* a = g.match(i, kernels::matmul_chain)) return behind(a->chain, &a->product.c);
  if (const auto* a = g.match(i, kernels::conv2d_chain)) return behind(a->chain, &a->conv.y);
  if (const auto* a = g.match(i, kernels::conv2d_input_grad_chain)) return behind(a->chain, &a->conv.dx);
  return {};
}

/// Whether the storage behind `operand` is at its end with launch `i`, which sees it through `fields` alone.
bool ends_here(const Graph& g, int i, const RecordedSlot& operand, const Shareable& fields) {
  if (!g.temporary(operand.storage) || operand.offset != 0) return false;
  return std::all_of(g.uses(operand.storage).begin(), g.uses(operand.storage).end(), [&](const Use& use) {
    if (use.launch != i) return use.launch < i;
    const RecordedSlot& slot = g.launch(i).slots[std::size_t(use.slot)];
    return slot.offset == 0 && std::any_of(fields.operands.begin(), fields.operands.end(),
                                           [&](const void* field) { return g.slot(i, field) == &slot; });
  });
}

/// Whether the storage behind `output` begins with launch `i`, through this slot alone.
bool begins_here(const Graph& g, int i, const RecordedSlot& output) {
  if (!g.temporary(output.storage) || output.offset != 0 || output.access != Access::write) return false;
  return std::all_of(g.uses(output.storage).begin(), g.uses(output.storage).end(), [&](const Use& use) {
    return use.launch > i || (use.launch == i && &g.launch(i).slots[std::size_t(use.slot)] == &output);
  });
}

}  // namespace

void share_in_place(Graph& graph) {
  for (int i = 0; i < graph.size(); ++i) {
    const Shareable fields = shareable(graph, i);
    for (const void* out : fields.outputs) {
      const RecordedSlot* const output = graph.slot(i, out);
      if (!output || !begins_here(graph, i, *output)) continue;
      for (const void* in : fields.operands) {
        const RecordedSlot* const operand = graph.slot(i, in);
        if (!operand || operand->storage == output->storage || !ends_here(graph, i, *operand, fields)) continue;
        if (graph.storage(operand->storage).bytes != graph.storage(output->storage).bytes) continue;
        graph.join(output->storage, operand->storage);
        break;
      }
    }
  }
}

}  // namespace lepton::detail
