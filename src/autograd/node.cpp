// Tape nodes: their memory, what they save, and how long chains of them die.
#include "lepton/autograd/node.hpp"

#include "lepton/core/memory.hpp"
#include "src/autograd/checkpoint.hpp"
#include "src/tensor/make.hpp"

namespace lepton {
namespace detail {
namespace {

thread_local constinit bool enabled = true;
// Whether this thread is in `destroy`, and the nodes that wait for it to free them: a long chain must not recurse once
// a node.
thread_local constinit bool destroying = false;
thread_local constinit Node* dying = nullptr;

void free_node(Node* node) {
  const std::size_t bytes = node->byte_size();
  node->~Node();
  release_object(node, bytes);
}

}  // namespace

bool exchange_grad_enabled(bool on) { return std::exchange(enabled, on); }

void* allocate_node(std::size_t bytes) { return allocate_object(bytes); }

Node::~Node() = default;

void destroy(Node* node) {
  if (destroying) {
    node->next_dying = std::exchange(dying, node);
    return;
  }
  destroying = true;
  free_node(node);
  while (dying) free_node(std::exchange(dying, dying->next_dying));
  destroying = false;
}

Edge edge_to(const Tensor& input) {
  const auto& impl = input.ref();
  return impl->node ? Edge{impl->node, {}} : Edge{{}, impl};
}

SavedTensor save_output(const Tensor& t) {
  const TensorImpl& impl = t.impl();
  return {make_alias(t, impl.shape, impl.strides, impl.offset), impl.storage->version};
}

}  // namespace detail

bool grad_enabled() { return detail::enabled; }

const Tensor& Saved::checked(const detail::SavedTensor& s, const char* what, int i) const {
  if (!s.tensor.defined()) return s.tensor;
  const Storage& storage = *s.tensor.ref()->storage;
  if (storage.version != s.version)
    throw Error(op_, std::string(what) + " " + std::to_string(i) + " " + to_string(s.tensor.shape()) +
                         " was changed in place after it was used, so its gradient cannot be computed; "
                         "clone it before the change");
  if (!storage.data) [[unlikely]]
    detail::compute_again(*s.tensor.ref());
  return s.tensor;
}

const Tensor& Saved::input(int i) const { return checked(inputs_[std::size_t(i)], "input", i); }

Tensor Saved::output(int i) const {
  const Tensor& kept = checked(outputs_[std::size_t(i)], "output", i);
  if (i != 0 || !grad_enabled()) return kept;
  // Under create_graph the output must be a point of the tape again.
  Tensor y = kept.detach();
  y.impl().node = Ref<detail::Node>(node_);
  y.impl().requires_grad = true;
  return y;
}

}  // namespace lepton
