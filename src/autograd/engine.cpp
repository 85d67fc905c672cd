// The walk over the tape: deepest operation first, gradients summed where paths meet.
#include <algorithm>

#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/node.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/anomaly.hpp"
#include "src/autograd/gradients.hpp"
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

/// slot += g. The first gradient is taken as it is; later ones are added in place where that is safe.
void accumulate(Tensor& slot, Tensor g) {
  if (!slot.defined()) slot = std::move(g);
  else if (!grad_enabled() && is_sole_owner(slot)) slot.add_(g);
  else slot = slot + g;
}

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
    try {
      send(edge_to(root), std::move(g));
      while (!heap_.empty()) step();
    } catch (...) {
      for (auto& node : heap_) node->gradient = {};  // or a later walk would start from half a sum
      throw;
    }
    if (listed_ && unlisted_)
      throw Error("backward", "a parameter of shape " + to_string(unlisted_->shape) +
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
      throw Error("backward", "gradient " + to_string(options_.gradient.shape()) + " does not fit the tensor " +
                                  to_string(root.shape()));
    if (options_.gradient.dtype() != root.dtype())
      throw Error("backward", "gradient is " + std::string(name_of(options_.gradient.dtype())) + ", the tensor " +
                                  std::string(name_of(root.dtype())));
    return options_.gradient;
  }

  static bool shallower(const Ref<Node>& a, const Ref<Node>& b) { return a->depth < b->depth; }

  void send(const Edge& edge, Tensor g) {
    if (edge.node) {
      const bool first = !edge.node->gradient.defined();
      accumulate(edge.node->gradient, std::move(g));
      if (first) {
        heap_.push_back(edge.node);
        std::push_heap(heap_.begin(), heap_.end(), shallower);
      }
    } else if (collecting_) {
      for (auto& w : wanted_)
        if (w.impl == edge.leaf.get()) accumulate(w.gradient, g);
    } else {
      deposit(*edge.leaf, g);
    }
  }

  void deposit(TensorImpl& leaf, const Tensor& g) {
    if (leaf.is_parameter) (leaf.listed ? listed_ : unlisted_) = &leaf;
    if (current_recorder && current_recorder->first_touch(&leaf)) record_leaf(leaf);
    // A leaf's gradient is written in place, whoever else holds it, so it must never share elements with
    // another gradient (a + b hands the same one to both) nor be a stretched view (the gradient of a sum).
    const Tensor slot(leaf.grad);
    if (!slot.defined()) leaf.grad = (is_sole_owner(g) ? g : g.clone()).ref();
    else if (grad_enabled()) leaf.grad = (slot + g).ref();
    else slot.add_(g);
  }

  /// A recording that starts by adding to a gradient is valid only where that same gradient is there.
  static void record_leaf(TensorImpl& leaf);

  void step() {
    std::pop_heap(heap_.begin(), heap_.end(), shallower);
    const Ref<Node> node = std::move(heap_.back());
    heap_.pop_back();
    if (node->released)
      throw Error(node->name, "its saved values are gone: backward ran already; pass .retain_graph = true to the "
                              "first walk");
    Tensor g = std::move(node->gradient);
    for (auto& w : wanted_)
      if (w.node == node.get()) w.gradient = g;
    Grads grads = detect_anomaly ? checked_backward(*node, g) : node->backward(g);
    g = {};
    const auto edges = node->edges();
    for (int i = 0; i < grads.size() && i < int(edges.size()); ++i)
      if (edges[std::size_t(i)].wanted() && grads[i].defined()) send(edges[std::size_t(i)], std::move(grads[i]));
    if (!options_.retain_graph && !options_.create_graph) node->release_saved();
  }

  const BackwardOptions& options_;
  std::vector<Ref<Node>> heap_;
  std::vector<Wanted> wanted_;
  bool collecting_ = false;
  const TensorImpl* listed_ = nullptr;
  const TensorImpl* unlisted_ = nullptr;
};

void Walk::record_leaf(TensorImpl& leaf) {
  Ref<TensorImpl> self(&leaf);
  // The plan keeps the storage it adds to alive, so an equal address is the same storage.
  const Storage* entry = leaf.grad ? leaf.grad->storage.get() : nullptr;
  current_recorder->guard([self, entry] { return (self->grad ? self->grad->storage.get() : nullptr) == entry; });
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

std::vector<Tensor> grad(const Tensor& root, const std::vector<Tensor>& inputs, const BackwardOptions& options) {
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
