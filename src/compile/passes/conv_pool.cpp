// Max pooling behind a convolution: the convolution pools what it has in registers, and never writes the large picture.
#include <cstddef>

#include "kernels/fused.hpp"
#include "src/compile/passes.hpp"

namespace lepton::detail {
namespace {

/// The convolution whose result pooling `i` alone reads, if it can pool; -1 where there is none.
int find_convolution(const Graph& g, int i, const kernels::MaxPoolArgs& pool) {
  const int storage = g.slot(i, &pool.x)->storage, made = g.producer(storage);
  const auto* conv = made < 0 ? nullptr : g.match(made, kernels::conv2d);
  if (!conv || !g.only_reader(storage, i) || !kernels::cpu::conv_pools(conv->plan, pool.shape)) return -1;
  const int members[] = {made, i};
  return g.can_merge(members) ? made : -1;
}

void merge(Graph& g, int made, int i) {
  const auto& conv = *g.match(made, kernels::conv2d);
  const auto& pool = *g.match(i, kernels::max_pool2d);
  kernels::ConvPoolArgs args{conv, pool};
  args.conv.y = nullptr, args.pool.x = nullptr;
  using Args = kernels::ConvPoolArgs;
  std::vector<RecordedSlot> slots;
  const auto take = [&](int launch, const void* field, std::size_t at, Access access) {
    if (const RecordedSlot* const slot = g.slot(launch, field)) slots.push_back(slot_at(*slot, at, access));
  };
  take(made, &conv.x, offsetof(Args, conv.x), Access::read);
  take(made, &conv.weight, offsetof(Args, conv.weight), Access::read);
  take(made, &conv.bias, offsetof(Args, conv.bias), Access::read);
  take(made, &conv.scratch, offsetof(Args, conv.scratch), Access::write);
  take(i, &pool.y, offsetof(Args, pool.y), Access::write);
  take(i, &pool.where, offsetof(Args, pool.where), Access::write);
  const int members[] = {made, i};
  g.merge(members, g.make(kernels::conv2d_max_pool, args, slots));
}

}  // namespace

void fuse_conv_pool(Graph& graph) {
  for (int i = 0; i < graph.size(); ++i) {
    const auto* pool = graph.match(i, kernels::max_pool2d);
    const int made = pool ? find_convolution(graph, i, *pool) : -1;
    if (made < 0) continue;
    merge(graph, made, i);
    i = -1;
  }
}

}  // namespace lepton::detail
