// Chains: groups of element-by-element launches over one index space, which then run tile by tile.
#include <algorithm>
#include <cstddef>

#include "kernels/fused.hpp"
#include "kernels/reduce.hpp"
#include "src/compile/describe.hpp"
#include "src/compile/passes.hpp"
#include "src/compile/passes/chain_builder.hpp"

namespace lepton::detail {
namespace {

/// Launch `first` and those after it that can run together with it.
ChainBuilder grow(const Graph& graph, int first, const Piece& piece) {
  ChainBuilder group(graph);
  if (!group.add(first, piece)) return group;
  for (int i = first + 1; i < graph.size(); ++i) {
    const auto next = piece_of(graph, i);
    if (!next || !group.related(*next)) continue;
    std::vector<int> members = group.members();
    members.push_back(i);
    if (graph.can_merge(members)) group.add(i, *next);
  }
  return group;
}

/// The result of launch `i` as [rows, cols], if it is a product that can hand on its blocks.
struct Product {
  const RecordedSlot* result = nullptr;
  std::int64_t rows = 0, cols = 0;
};
Product product(const Graph& graph, int i) {
  if (const auto* a = graph.match(i, kernels::matmul)) return {graph.slot(i, &a->c), a->batch * a->m, a->n};
  if (const auto* a = graph.match(i, kernels::conv2d)) {
    const kernels::ConvShape& s = kernels::cpu::conv_shape(a->plan);
    return {graph.slot(i, &a->y), s.n * s.oh * s.ow, s.oc};
  }
  if (const auto* a = graph.match(i, kernels::conv2d_input_grad)) {
    const kernels::ConvShape& s = kernels::cpu::conv_shape(a->plan);
    return {graph.slot(i, &a->dx), s.n * s.ih * s.iw, s.ic};
  }
  return {};
}

/// The launch of a product with a chain: `member` is the kernel's own arguments inside Args.
template <class Args, class Own>
RecordedLaunch with_chain(const Graph& graph, int i, const kernels::Kernel<Args>& kernel, Own Args::*member,
                          const ChainBuilder::Result& chain) {
  Args args{};
  const RecordedLaunch& own = graph.launch(i);
  __builtin_memcpy(static_cast<void*>(&(args.*member)), own.args.get(), sizeof(Own));
  args.chain = chain.args;
  const auto distance = [&](const void* p) {
    return std::uint32_t(static_cast<const std::byte*>(p) - reinterpret_cast<const std::byte*>(&args));
  };
  std::vector<RecordedSlot> slots;
  for (RecordedSlot s : own.slots) s.field += distance(&(args.*member)), slots.push_back(s);
  for (RecordedSlot s : chain.slots) s.field += distance(&args.chain), slots.push_back(s);
  return graph.make(kernel, args, slots);
}

RecordedLaunch product_with_chain(const Graph& graph, int i, const ChainBuilder::Result& chain) {
  if (graph.match(i, kernels::matmul))
    return with_chain(graph, i, kernels::matmul_chain, &kernels::MatmulChainArgs::product, chain);
  if (graph.match(i, kernels::conv2d))
    return with_chain(graph, i, kernels::conv2d_chain, &kernels::ConvChainArgs::conv, chain);
  return with_chain(graph, i, kernels::conv2d_input_grad_chain, &kernels::ConvInputGradChainArgs::conv, chain);
}

/// Hangs the group on the latest product whose result it reads. False where there is none.
bool fuse_with_product(Graph& graph, ChainBuilder& group) {
  std::vector<int> candidates;
  for (const RecordedSlot& input : group.dense_inputs())
    for (const Use& use : graph.uses(input.storage)) {
      const Product p = product(graph, use.launch);
      if (p.result && p.result->storage == input.storage && p.result->offset == input.offset &&
          p.rows * p.cols == group.rows() * group.cols())
        candidates.push_back(use.launch);
    }
  std::sort(candidates.begin(), candidates.end(), std::greater<>());
  for (const int i : candidates) {
    const Product p = product(graph, i);
    std::vector<int> members = group.members();
    members.push_back(i);
    if (!graph.can_merge(members)) continue;
    ChainBuilder shaped = group;
    if (!shaped.reshape(p.rows, p.cols)) continue;
    const ChainBuilder::Result chain = shaped.finish();
    if (!kernels::cpu::chain_has_blocks(chain.args)) continue;
    graph.merge(members, product_with_chain(graph, i, chain));
    return true;
  }
  return false;
}

/// The index space [rows, cols] over which `a` folds one axis, or all of it.
bool fits(const kernels::ReduceArgs& a, const ChainBuilder& group, kernels::ChainAxis& axis, std::int64_t& rows,
          std::int64_t& cols) {
  using kernels::ChainAxis;
  if ((a.kind != kernels::Reduction::sum && a.kind != kernels::Reduction::mean) || a.dtype == i64) return false;
  if (a.outer * a.reduce * a.inner != group.rows() * group.cols() || a.reduce == 0) return false;
  if (a.outer == 1 && a.inner == 1) {
    axis = ChainAxis::all;
    rows = group.rows(), cols = group.cols();
  } else if (a.outer == 1) {
    axis = ChainAxis::rows;
    rows = a.reduce, cols = a.inner;
  } else if (a.inner == 1) {
    axis = ChainAxis::cols;
    rows = a.outer, cols = a.reduce;
  } else {
    return false;
  }
  return true;
}

/// Whether a member writes, behind launch `i`, what that reads.
bool is_written_after(const Graph& graph, int i, const RecordedSlot& slot, const ChainBuilder& group) {
  const auto& members = group.members();
  return std::any_of(graph.uses(slot.storage).begin(), graph.uses(slot.storage).end(), [&](const Use& use) {
    return use.launch > i && use.access != Access::read &&
           std::find(members.begin(), members.end(), use.launch) != members.end();
  });
}

/// The group with the sums and means of what it computes; alone where there are none and it has several members.
bool fuse_with_sums(Graph& graph, ChainBuilder& group) {
  std::vector<int> members = group.members();
  std::vector<int> sums;
  kernels::ChainAxis axis{};
  for (int i = group.members()[0] + 1; i < graph.size() && int(sums.size()) < kernels::kChainReductions; ++i) {
    const auto* a = graph.match(i, kernels::reduce);
    if (!a || group.value_at(*graph.slot(i, &a->x)) < 0 || is_written_after(graph, i, *graph.slot(i, &a->x), group)) continue;
    kernels::ChainAxis its{};
    std::int64_t rows = 0, cols = 0;
    members.push_back(i);
    if (fits(*a, group, its, rows, cols) && (sums.empty() || its == axis) && graph.can_merge(members) &&
        group.reshape(rows, cols)) {
      axis = its;
      sums.push_back(i);
    } else {
      members.pop_back();
    }
  }
  if (members.size() < 2) return false;
  ChainBuilder::Result chain = group.finish(sums);
  chain.args.axis = axis;
  for (const int i : sums) {
    const auto* a = graph.match(i, kernels::reduce);
    kernels::ChainReduction& r = chain.args.reduction[chain.args.reductions++];
    r.value = kernels::chain_result(group.value_at(*graph.slot(i, &a->x)));
    r.kind = a->kind;
    RecordedSlot y = *graph.slot(i, &a->y);
    y.field = std::uint32_t(reinterpret_cast<std::byte*>(&r.y) - reinterpret_cast<std::byte*>(&chain.args));
    chain.slots.push_back(y);
  }
  if (const std::size_t bytes = kernels::cpu::chain_scratch(chain.args))
    chain.slots.push_back({offsetof(kernels::ChainArgs, scratch), graph.make_temporary(bytes), 0, Access::write});
  graph.merge(members, graph.make(kernels::chain, chain.args, chain.slots));
  return true;
}

}  // namespace

void fuse_chains(Graph& graph) {
  // Merging changes numbers before `i` only by bringing launches down, so that it is safe to look there again.
  for (int i = 0; i < graph.size(); ++i) {
    const auto piece = piece_of(graph, i);
    if (!piece) continue;
    ChainBuilder group = grow(graph, i, *piece);
    if (group.members().empty()) continue;
    if (fuse_with_product(graph, group) || fuse_with_sums(graph, group)) i = std::max(-1, i - 2);
  }
}

}  // namespace lepton::detail
