// Packed weights: a weight is brought into the form that a kernel wants when it changes, not when it is used.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>

#include "kernels/fused.hpp"
#include "src/compile/passes.hpp"

namespace lepton::detail {
namespace {

using kernels::cpu::ConvPass;

/// A launch that reads a weight, and how it would read it packed.
struct Reader {
  const void* weight = nullptr;  // field of its arguments
  bool* packed = nullptr;
  std::size_t bytes = 0;         // of the packed form; 0 where the weight is read as it is
  std::string form;              // equal for readers of the same packed form
  std::function<RecordedLaunch(RecordedSlot weight, RecordedSlot packed)> pack;
  const void* scratch = nullptr;  // field, where packing leaves less to do
  std::size_t scratch_bytes = 0;
  bool packs_blocks = false;  // otherwise: the kernel packs block by block, each while it lies in the nearest cache
};

template <class Args>
RecordedLaunch make_pack(const Graph& graph, const kernels::Kernel<Args>& kernel, const Args& args, std::size_t weight_at,
                         std::size_t packed_at, RecordedSlot weight, RecordedSlot packed) {
  const RecordedSlot slots[] = {slot_at(weight, weight_at, Access::read), slot_at(packed, packed_at, Access::write)};
  return graph.make(kernel, args, slots);
}

template <class Args> Reader convolution(const Graph& graph, Args& a, ConvPass pass) {
  Reader r{&a.weight, &a.packed, kernels::cpu::conv_packed_bytes(a.plan), {}, {}, &a.scratch, 0};
  const kernels::ConvShape& s = kernels::cpu::conv_shape(a.plan);
  r.form = fmt::format("convolution {} {} {} {},{} {},{} {},{} {}", int(pass), kernels::cpu::conv_algorithm(a.plan),
                       int(s.compute), s.stride_h, s.stride_w, s.pad_h, s.pad_w, s.dilation_h, s.dilation_w, s.groups);
  r.scratch_bytes = kernels::cpu::conv_scratch(a.plan, true);
  r.pack = [&graph, plan = a.plan](RecordedSlot weight, RecordedSlot packed) {
    using Pack = kernels::ConvPackArgs;
    return make_pack(graph, kernels::conv2d_pack, Pack{nullptr, nullptr, plan}, offsetof(Pack, weight),
                     offsetof(Pack, packed), weight, packed);
  };
  return r;
}

Reader product(const Graph& graph, kernels::MatmulArgs& a) {
  Reader r{&a.b, &a.b_packed, a.batch_stride_b == 0 || a.batch == 1 ? kernels::cpu::matmul_packed_bytes(a) : 0, {}, {}};
  r.packs_blocks = true;
  r.form = fmt::format("matrix {} {} {} {} {}", a.n, a.k, a.ldb, a.trans_b, int(a.compute));
  r.pack = [&graph, a](RecordedSlot weight, RecordedSlot packed) {
    using Pack = kernels::MatmulPackArgs;
    Pack args{};
    args.n = a.n, args.k = a.k, args.ldb = a.ldb;
    args.trans_b = a.trans_b, args.b_bf16 = a.b_bf16, args.compute = a.compute;
    return make_pack(graph, kernels::matmul_pack, args, offsetof(Pack, b), offsetof(Pack, packed), weight, packed);
  };
  return r;
}

Reader reader(Graph& g, int i) {
  if (auto* a = g.match(i, kernels::conv2d)) return convolution(g, *a, ConvPass::forward);
  if (auto* a = g.match(i, kernels::conv2d_max_pool)) return convolution(g, a->conv, ConvPass::forward);
  if (auto* a = g.match(i, kernels::conv2d_chain)) return convolution(g, a->conv, ConvPass::forward);
  if (auto* a = g.match(i, kernels::conv2d_input_grad)) return convolution(g, *a, ConvPass::input_grad);
  if (auto* a = g.match(i, kernels::conv2d_input_grad_chain)) return convolution(g, a->conv, ConvPass::input_grad);
  if (auto* a = g.match(i, kernels::matmul)) return product(g, *a);
  if (auto* a = g.match(i, kernels::matmul_chain)) return product(g, a->product);
  return {};
}

/// Whether the step changes it, so that it would be packed for one use.
bool is_written(const Graph& graph, int storage) {
  const std::vector<Use>& uses = graph.uses(storage);
  return std::any_of(uses.begin(), uses.end(), [](const Use& use) { return use.access != Access::read; });
}

RecordedSlot& slot_of(Graph& g, int i, const void* field) { return const_cast<RecordedSlot&>(*g.slot(i, field)); }

}  // namespace

void pack_weights(Graph& graph) {
  struct Pack {
    int source;
    RecordedLaunch launch;
  };
  std::map<std::string, int> storages;  // of packed forms; one serves all launches that read it
  std::vector<Pack> packs;
  for (int i = 0; i < graph.size(); ++i) {
    const Reader r = reader(graph, i);
    if (r.bytes == 0 || *r.packed) continue;
    RecordedSlot& weight = slot_of(graph, i, r.weight);
    const RecordedStorage& source = graph.storage(weight.storage);
    if (source.made || source.input) continue;  // not a weight
    if (r.packs_blocks && is_written(graph, weight.storage)) continue;
    const auto [at, is_new] =
        storages.try_emplace(fmt::format("{} + {}: {}", weight.storage, weight.offset, r.form), -1);
    if (is_new) {
      at->second = graph.make_kept(r.bytes);
      packs.push_back({weight.storage, r.pack(weight, {0, at->second, 0, Access::write})});
    }
    weight.storage = at->second;
    weight.offset = 0;
    *r.packed = true;
    if (r.scratch) graph.storage(slot_of(graph, i, r.scratch).storage).bytes = r.scratch_bytes;
    graph.point(i);
  }
  for (Pack& p : packs) graph.pack(std::move(p.launch), p.source);
}

}  // namespace lepton::detail
