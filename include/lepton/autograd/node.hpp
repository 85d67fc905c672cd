// A step of the tape: which operation made a tensor, from what, and how its gradient is computed.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "lepton/autograd/hooks.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "lepton/autograd/saved.hpp"

namespace lepton::detail {

/// Where the gradient by an input goes: to the node that computed it, or to a leaf; to neither if not wanted.
struct Edge {
  Ref<Node> node;
  Ref<TensorImpl> leaf;
  bool wanted() const { return node || leaf; }
};

class LEPTON_API Node : public RefCounted {
 public:
  virtual ~Node();
  virtual Grads backward(const Tensor& g) = 0;
  /// The gradients by an input of each of `samples` samples: [samples, the input's axes]. g: the gradient by the
  /// output, whose first axis holds the samples one after the other. Undefined where the operation does not say
  /// (`by_sample`).
  virtual Tensor backward_by_sample([[maybe_unused]] int input, [[maybe_unused]] const Tensor& g,
                                    [[maybe_unused]] std::int64_t samples) {
    return {};
  }
  /// Drops what was saved; a second walk throws.
  virtual void release_saved() = 0;
  virtual std::span<Edge> edges() = 0;
  /// What it keeps of its inputs and of its outputs.
  virtual std::array<std::span<SavedTensor>, 2> saved() { return {}; }
  virtual std::size_t byte_size() const = 0;

  const char* name = "";
  std::uint64_t depth = 0;     ///< above those of all inputs' nodes; the walk takes the deepest first
  Tensor gradient;             ///< by this node's output, while a walk collects it
  Ref<TensorHooks> hooks;      ///< of this node's output
  Node* next_dying = nullptr;  ///< in the list of those that wait to be freed
  bool released = false;

 protected:
  Node() = default;
  /// Comes after what the edge leads to.
  void follow(const Edge& edge) {
    if (edge.node && edge.node->depth >= depth) depth = edge.node->depth + 1;
  }
};

LEPTON_API void* allocate_node(std::size_t bytes);
LEPTON_API Edge edge_to(const Tensor& input);
/// The tensor sharing `t`'s elements that a node may keep of its own output without keeping itself alive.
LEPTON_API SavedTensor save_output(const Tensor& t);

inline SavedTensor save_input(const Tensor& t) {
  return t.defined() ? SavedTensor{t, t.ref()->storage->version} : SavedTensor{};
}

inline bool wants_grad(const Tensor& t) { return t.defined() && t.ref()->requires_grad; }

/// Bits of the inputs and outputs that `Op::backward` reads: `static constexpr unsigned saves_inputs = 0b01`.
/// Where an operation says nothing, it keeps none.
template <class Op> constexpr unsigned saved_inputs_of() {
  if constexpr (requires { Op::saves_inputs; }) return Op::saves_inputs;
  else return 0;
}
template <class Op> constexpr unsigned saved_outputs_of() {
  if constexpr (requires { Op::saves_outputs; }) return Op::saves_outputs;
  else return 0;
}

template <class Op, int kInputs, int kOutputs> class OpNode final : public Node {
 public:
  OpNode(const Op& op, const std::array<const Tensor*, kInputs>& inputs,
         const std::array<const Tensor*, kOutputs>& outputs)
      : op_(op) {
    name = Op::name;
    for (int i = 0; i < kInputs; ++i) {
      const Tensor& x = *inputs[i];
      if (wants_grad(x)) {
        follow(edges_[i] = edge_to(x));
        needs_ |= 1u << i;
      }
      if (x.defined()) shapes_[i] = x.ref()->shape;
      if constexpr (saved_inputs_of<Op>() != 0)
        if (saved_inputs_of<Op>() >> i & 1u) inputs_[i] = save_input(x);
    }
    if constexpr (saved_outputs_of<Op>() != 0)
      for (int i = 0; i < kOutputs; ++i)
        if (saved_outputs_of<Op>() >> i & 1u) outputs_[i] = save_output(*outputs[i]);
  }

  Grads backward(const Tensor& g) override { return op_.backward(kept(), g); }
  Tensor backward_by_sample(int input, const Tensor& g, std::int64_t samples) override {
    if constexpr (requires { op_.by_sample(kept(), input, g, samples); })
      return op_.by_sample(kept(), input, g, samples);
    return {};
  }
  void release_saved() override {
    for (auto& s : inputs_) s = {};
    for (auto& s : outputs_) s = {};
    released = true;
  }
  std::span<Edge> edges() override { return edges_; }
  std::array<std::span<SavedTensor>, 2> saved() override { return {inputs_, outputs_}; }
  std::size_t byte_size() const override { return sizeof *this; }

 private:
  Saved kept() { return Saved(name, this, inputs_, outputs_, shapes_, needs_); }

  Op op_;
  unsigned needs_ = 0;
  Edge edges_[kInputs];
  SavedTensor inputs_[kInputs], outputs_[kOutputs];
  Shape shapes_[kInputs];
};

/// The node of an operation with any number of inputs, none of which its gradient reads.
template <class Op> class ListNode final : public Node {
 public:
  ListNode(const Op& op, std::span<const Tensor> inputs) : op_(op) {
    name = Op::name;
    for (const Tensor& x : inputs) follow(edges_.emplace_back(wants_grad(x) ? edge_to(x) : Edge{}));
  }
  Grads backward(const Tensor& g) override { return op_.backward(g); }
  void release_saved() override { released = true; }
  std::span<Edge> edges() override { return edges_; }
  std::size_t byte_size() const override { return sizeof *this; }

 private:
  Op op_;
  std::vector<Edge> edges_;
};

/// Puts outputs[0] on the tape as the result of `op`, if the tape is on and an input wants a gradient. Further
/// outputs are companions (indices, masks, statistics) that the gradient may read; they have none themselves.
template <class Op, std::size_t kInputs, std::size_t kOutputs>
void attach_node(const Op& op, const std::array<const Tensor*, kInputs>& inputs,
                 const std::array<const Tensor*, kOutputs>& outputs) {
  if (!grad_enabled()) return;
  bool wanted = false;
  for (const Tensor* x : inputs) wanted |= wants_grad(*x);
  if (!wanted) return;
  using N = OpNode<Op, int(kInputs), int(kOutputs)>;
  Ref<Node> node(new (allocate_node(sizeof(N))) N(op, inputs, outputs));
  TensorImpl& y = *outputs[0]->ref();
  y.node = std::move(node);
  y.requires_grad = true;
}

}  // namespace lepton::detail
