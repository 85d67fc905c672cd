// Packed weights: a weight is brought into the form that a kernel wants when it changes, not when it is used.
#include <cstddef>
#include <map>
#include <tuple>

#include "kernels/fused.hpp"
#include "src/compile/passes.hpp"

namespace lepton::detail {
namespace {

using kernels::cpu::ConvPass;

/// A convolution that reads a weight.
struct Reader {
  const void** weight = nullptr;
  bool* packed = nullptr;
  void* const* scratch = nullptr;
  const kernels::ConvPlan* plan = nullptr;
  ConvPass pass{};
};

Reader reader(Graph& g, int i) {
  const auto forward = [](kernels::ConvArgs& a) { return Reader{&a.weight, &a.packed, &a.scratch, a.plan, ConvPass::forward}; };
  const auto back = [](kernels::ConvInputGradArgs& a) {
    return Reader{&a.weight, &a.packed, &a.scratch, a.plan, ConvPass::input_grad};
  };
  if (auto* a = g.match(i, kernels::conv2d)) return forward(*a);
  if (auto* a = g.match(i, kernels::conv2d_chain)) return forward(a->conv);
  if (auto* a = g.match(i, kernels::conv2d_input_grad)) return back(*a);
  if (auto* a = g.match(i, kernels::conv2d_input_grad_chain)) return back(a->conv);
  return {};
}

RecordedSlot& slot_of(Graph& g, int i, const void* field) { return const_cast<RecordedSlot&>(*g.slot(i, field)); }

}  // namespace

void pack_weights(Graph& graph) {
  // One packed weight serves all launches of a pass by the same algorithm.
  std::map<std::tuple<int, std::int64_t, ConvPass, const char*>, int> packed;
  struct Pack {
    kernels::ConvPackArgs args;
    RecordedSlot weight, to;
  };
  std::vector<Pack> packs;
  for (int i = 0; i < graph.size(); ++i) {
    const Reader r = reader(graph, i);
    if (!r.plan || *r.packed || kernels::cpu::conv_packed_bytes(r.plan) == 0) continue;
    RecordedSlot& weight = slot_of(graph, i, r.weight);
    const RecordedStorage& source = graph.storage(weight.storage);
    if (source.made || source.input) continue;
    const auto [at, is_new] =
        packed.try_emplace({weight.storage, weight.offset, r.pass, kernels::cpu::conv_algorithm(r.plan)}, -1);
    if (is_new) {
      at->second = graph.make_kept(kernels::cpu::conv_packed_bytes(r.plan));
      packs.push_back({{nullptr, nullptr, r.plan},
                       {offsetof(kernels::ConvPackArgs, weight), weight.storage, weight.offset, Access::read},
                       {offsetof(kernels::ConvPackArgs, packed), at->second, 0, Access::write}});
    }
    weight.storage = at->second;
    weight.offset = 0;
    *r.packed = true;
    graph.storage(slot_of(graph, i, r.scratch).storage).bytes = kernels::cpu::conv_scratch(r.plan, true);
    graph.point(i);
  }
  for (const Pack& p : packs) {
    const RecordedSlot slots[] = {p.weight, p.to};
    graph.pack(graph.make(kernels::conv2d_pack, p.args, slots), p.weight.storage);
  }
}

}  // namespace lepton::detail
