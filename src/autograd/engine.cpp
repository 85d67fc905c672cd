// The walk over the tape: deepest operation first, gradients summed where paths meet.
#include <algorithm>

#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/node.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/anomaly.hpp"
#include "src/autograd/gradients.hpp"
#include "src/autograd/observer.hpp"
#include "src/autograd/run_hooks.hpp"
#include "src/core/recorder.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace detail {
namespace {

/// Whether nobody but the holder of `slot` (and a recording) can see its elements, each of which is one number in
/// memory: not so for a stretched view, such as the gradient of a sum.
bool is_sole_owner(const Tensor& slot) {
  const TensorImpl& t = slot.impl();
  const int recorded = current_recorder ? current_recorder->references_to(*t.storage) : 0;
  return t.ref_count() == 1 && t.storage->ref_count() - recorded == 1 && !t.node && is_dense(slot);
}

}  // namespace

void accumulate(Tensor& slot, Tensor g) {
  if (!slot.defined()) slot = std::move(g);
  else if (!grad_enabled() && is_sole_owner(slot)) slot.add_(g);
  else slot = slot + g;
}

namespace {

/// What a walk is for: all leaves' `grad()`, or chosen tensors.
class Walk {
 public:
  explicit Walk(const BackwardOptions& options) : options_(options) {}

  /// Collects the gradients by these instead of touching any leaf's `grad()`.
  void collect(const std::vector<Tensor>& inputs) {
    for (const Tensor& t : inputs) wanted_.push_back({t.ref().get(), t.impl().node.get(), {}});
    collecting_ = true;
  }

  std::vector<Tensor> run(const Tensor& root) {
    Tensor g = initial_gradient(root);
    struct Mode {
      explicit Mode(bool on) : saved(exchange_grad_enabled(on)) {}
      ~Mode() { exchange_grad_enabled(saved); }
      bool saved;
    } mode(options_.create_graph);
    const Edge start = edge_to(root);
    heap_.reserve(16);
    if (any_hooked_leaf()) hooked_.expect(start);
    try {
      send(start, std::move(g));
      while (!heap_.empty()) step();
      for (TensorImpl* leaf : hooked_.waiting()) settle(*leaf);
    } catch (...) {
      for (Node* node : heap_) node->gradient = {};  // or a later walk would start from half a sum
      throw;
    }
    if (listed_ && unlisted_)
      throw Error("backward",
                  "a parameter of shape " + to_string(unlisted_->shape) +
                      " got a gradient, but no module lists it; is it missing from LEPTON_FIELDS?");
    std::vector<Tensor> result;
    for (auto& w : wanted_) result.push_back(std::move(w.gradient));
    return result;
  }

 private:
  struct Wanted {
    TensorImpl* impl;
    Node* node;
    Tensor gradient;
  };

  Tensor initial_gradient(const Tensor& root) const {
    if (!root.requires_grad())
      throw Error("backward", "this tensor was computed from nothing that requires a gradient" +
                                  std::string(grad_enabled() ? "" : "; the tape is off here (NoGrad)"));
    if (!options_.gradient.defined()) {
      if (root.numel() != 1)
        throw Error("backward", "starts from one number, not from " + to_string(root.shape()) +
                                    "; take the sum or the mean, or pass a gradient");
      return ones(root.shape(), {.dtype = root.dtype(), .device = root.device()});
    }
    if (options_.gradient.shape() != root.shape())
      throw Error("backward", "gradient " + to_string(options_.gradient.shape()) +
                                  " does not fit the tensor " + to_string(root.shape()));
    if (options_.gradient.dtype() != root.dtype())
      throw Error("backward", "gradient is " + std::string(name_of(options_.gradient.dtype())) +
                                  ", the tensor " + std::string(name_of(root.dtype())));
    return options_.gradient;
  }

  static bool shallower(const Node* a, const Node* b) { return a->depth < b->depth; }

  void send(const Edge& edge, Tensor g) {
    if (edge.node) {
      const bool first = !edge.node->gradient.defined();
      accumulate(edge.node->gradient, std::move(g));
      if (first) {
        heap_.push_back(edge.node.get());
        std::push_heap(heap_.begin(), heap_.end(), shallower);
      }
    } else if (edge.leaf->hooks) {
      if (hooked_.arrive(*edge.leaf, std::move(g))) settle(*edge.leaf);
    } else {
      arrive(*edge.leaf, std::move(g));
    }
  }

  /// A gradient has come to a leaf.
  void arrive(TensorImpl& leaf, Tensor g) {
    if (!collecting_) return deposit(leaf, std::move(g));
    for (auto& w : wanted_)
      if (w.impl == &leaf) accumulate(w.gradient, g);
  }

  /// Everything has come to a leaf with hooks.
  void settle(TensorImpl& leaf) {
    Tensor g = hooked_.take(leaf);
    if (!g.defined()) return;
    const auto wanted = [&](const Wanted& w) { return w.impl == &leaf; };
    if (collecting_ && std::none_of(wanted_.begin(), wanted_.end(), wanted)) return;
    const Ref<TensorHooks> hooks = leaf.hooks;
    arrive(leaf, run_gradient_hooks(*hooks, std::move(g)));
    if (!collecting_)
      hooks->accumulated->each([&](const LeafHook& hook) { hook(Tensor(Ref<TensorImpl>(&leaf))); });
  }

  void deposit(TensorImpl& leaf, Tensor g) {
    if (leaf.is_parameter) (leaf.listed ? listed_ : unlisted_) = &leaf;
    if (current_recorder && current_recorder->first_touch(&leaf)) record_leaf(leaf);
    // A leaf's gradient is written in place, whoever else holds it, so it must never share elements with
    // another gradient (a + b hands the same one to both) nor be a stretched view (the gradient of a sum).
    if (!leaf.grad) {
      if (!is_sole_owner(g)) g = g.clone();
      leaf.grad = std::move(g).take();
      return;
    }
    const Tensor slot(leaf.grad);
    if (grad_enabled()) leaf.grad = (slot + g).ref();
    else slot.add_(g);
  }

  /// A recording that starts by adding to a gradient is valid only where that same gradient is there.
  static void record_leaf(TensorImpl& leaf);

  void step() {
    std::pop_heap(heap_.begin(), heap_.end(), shallower);
    Node* const node = heap_.back();
    heap_.pop_back();
    if (node->released)
      throw Error(node->name,
                  "its saved values are gone: backward ran already; pass .retain_graph = true to the "
                  "first walk");
    Tensor g = std::move(node->gradient);
    if (node->hooks) g = run_gradient_hooks(*node->hooks, std::move(g));
    for (auto& w : wanted_)
      if (w.node == node) w.gradient = g;
    Grads grads = detects_anomaly() ? checked_backward(*node, g) : node->backward(g);
    g = {};
    const auto edges = node->edges();
    for (int i = 0; i < int(edges.size()); ++i) {
      const Edge& edge = edges[std::size_t(i)];
      if (i < grads.size() && grads[i].defined()) {
        if (edge.wanted()) send(edge, std::move(grads[i]));
      } else if (edge.leaf && edge.leaf->hooks && hooked_.arrive(*edge.leaf, {})) {
        settle(*edge.leaf);
      }
    }
    if (!options_.retain_graph && !options_.create_graph) node->release_saved();
  }

  const BackwardOptions& options_;
  std::vector<Node*> heap_;  // kept alive by those before them, the first by `run`
  std::vector<Wanted> wanted_;
  HookedLeaves hooked_;
  bool collecting_ = false;
  const TensorImpl* listed_ = nullptr;
  const TensorImpl* unlisted_ = nullptr;
};

void Walk::record_leaf(TensorImpl& leaf) {
  Ref<TensorImpl> self(&leaf);
  // The plan keeps the storage it adds to alive, so an equal address is the same storage.
  const Storage* entry = leaf.grad ? leaf.grad->storage.get() : nullptr;
  current_recorder->guard(
      [self, entry] { return (self->grad ? self->grad->storage.get() : nullptr) == entry; });
  restore_gradient_at_exit(self);
}

}  // namespace

void restore_gradient_at_exit(const Ref<TensorImpl>& leaf) {
  // Runs first at the end of the recording, where it learns what the step left; then after each replay.
  struct State {
    Ref<TensorImpl> leaf, grad;
    bool known = false;
  };
  auto state = std::make_shared<State>(State{leaf, {}, false});
  current_recorder->at_exit([state] {
    if (!std::exchange(state->known, true)) state->grad = state->leaf->grad;
    else if (!(state->leaf->grad == state->grad)) state->leaf->grad = state->grad;
  });
}

}  // namespace detail

void backward(const Tensor& root, const BackwardOptions& options) { detail::Walk(options).run(root); }

std::vector<Tensor> grad(const Tensor& root, const std::vector<Tensor>& inputs,
                         const BackwardOptions& options) {
  detail::Walk walk(options);
  walk.collect(inputs);
  return walk.run(root);
}

void Tensor::backward() const { lepton::backward(*this); }

void Tensor::zero_grad() const {
  auto* recorder = detail::current_recorder;
  if (recorder && recorder->first_touch(&impl())) detail::restore_gradient_at_exit(ref());
  impl().grad.reset();
}

}  // namespace lepton
