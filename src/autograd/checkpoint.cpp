// Gradient checkpointing: a node that keeps a function and its inputs, and walks through it once more.
#include "lepton/autograd/checkpoint.hpp"

#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/node.hpp"
#include "lepton/core/autocast.hpp"
#include "lepton/core/rng.hpp"

namespace lepton::detail {
namespace {

using Function = std::function<Tensor(std::span<const Tensor>)>;

/// The thread's generator at an earlier place while it lives, then where it was.
class Rewound {
 public:
  Rewound(std::uint64_t seed, std::uint64_t offset) : now_(default_generator()) {
    if (default_generator().seed() != seed) default_generator().set_seed(seed);
    default_generator().set_offset(offset);
  }
  ~Rewound() {
    if (default_generator().seed() != now_.seed()) default_generator().set_seed(now_.seed());
    default_generator().set_offset(now_.offset());
  }
  Rewound(const Rewound&) = delete;
  Rewound& operator=(const Rewound&) = delete;

 private:
  const Generator now_;
};

class CheckpointNode final : public Node {
 public:
  CheckpointNode(Function f, const std::vector<Tensor>& inputs)
      : function_(std::move(f)),
        seed_(default_generator().seed()),
        offset_(default_generator().offset()),
        autocast_(autocast_dtype()) {
    name = "checkpoint";
    for (const Tensor& x : inputs) {
      follow(edges_.emplace_back(wants_grad(x) ? edge_to(x) : Edge{}));
      inputs_.push_back(save_input(x));
    }
  }

  Grads backward(const Tensor& g) override {
    if (grad_enabled())
      throw Error(name, "is differentiable once; call the function itself for second derivatives");
    std::vector<Tensor> x;
    for (const SavedTensor& s : inputs_) {
      if (s.tensor.defined() && s.tensor.ref()->storage->version != s.version)
        throw Error(name, "input " + std::to_string(x.size()) + " " + to_string(s.tensor.shape()) +
                              " was changed in place after it was used, so its gradient cannot be computed");
      x.push_back(s.tensor.defined() ? s.tensor.detach() : Tensor());
      if (wants_grad(s.tensor)) x.back().set_requires_grad();
    }
    {
      const Rewound random(seed_, offset_);
      const Autocast as_before(autocast_);
      const EnableGrad on;
      const Tensor y = function_(x);
      if (y.requires_grad()) lepton::backward(y, {.gradient = g});
    }
    std::vector<Tensor> grads;
    for (const Tensor& t : x) grads.push_back(t.defined() ? t.grad() : Tensor());
    return Grads(std::move(grads));
  }
  void release_saved() override {
    inputs_.clear();
    released = true;
  }
  std::span<Edge> edges() override { return edges_; }
  std::size_t byte_size() const override { return sizeof *this; }

 private:
  Function function_;
  std::uint64_t seed_, offset_;
  DType autocast_;
  std::vector<SavedTensor> inputs_;
  std::vector<Edge> edges_;
};

}  // namespace

Tensor checkpoint(Function f, std::vector<Tensor> inputs) {
  if (!grad_enabled()) return f(inputs);
  Ref<Node> node(new (allocate_node(sizeof(CheckpointNode))) CheckpointNode(f, inputs));
  Tensor y;
  {
    const NoGrad off;
    y = f(inputs).detach();
  }
  // Whether f holds parameters cannot be known before it is walked, so the result always wants a gradient.
  y.impl().node = std::move(node);
  y.impl().requires_grad = true;
  return y;
}

}  // namespace lepton::detail
