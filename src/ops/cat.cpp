// Joining tensors: cat, stack.
#include "lepton/ops/cast.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/apply.hpp"

namespace lepton {
namespace detail {
namespace {

struct Cat {
  static constexpr auto name = "cat";
  int axis;
  std::vector<std::int64_t> sizes;
  Grads backward(const Tensor& g) const {
    std::vector<Tensor> grads;
    std::int64_t start = 0;
    for (const std::int64_t n : sizes) {
      grads.push_back(slice(g, axis, start, start + n));
      start += n;
    }
    return Grads(std::move(grads));
  }
};

Shape joined_shape(const std::vector<Tensor>& tensors, int axis) {
  Shape shape = tensors[0].shape();
  for (std::size_t i = 1; i < tensors.size(); ++i) {
    const Shape& s = tensors[i].shape();
    bool fits = s.rank() == shape.rank();
    for (int d = 0; fits && d < s.rank(); ++d) fits = d == axis || s[d] == shape[d];
    if (!fits)
      throw Error("cat", "tensor " + std::to_string(i) + " " + to_string(s) + " does not fit " +
                             to_string(tensors[0].shape()) + " along axis " + std::to_string(axis));
    shape[axis] += s[axis];
  }
  return shape;
}

}  // namespace
}  // namespace detail

Tensor cat(const std::vector<Tensor>& tensors, std::int64_t axis) {
  if (tensors.empty()) throw Error("cat", "needs at least one tensor");
  const int a = normalize_axis(axis, tensors[0].rank(), "cat");
  if (tensors[0].rank() == 0) throw Error("cat", "scalars have no axis to be joined along; use stack");
  DType dtype = tensors[0].dtype();
  for (const Tensor& t : tensors) dtype = promote(dtype, t.dtype());

  detail::Cat op{a, {}};
  std::vector<Tensor> parts;
  const Tensor y = empty(detail::joined_shape(tensors, a), {.dtype = dtype, .device = tensors[0].device()});
  std::int64_t start = 0;
  bool wanted = false;
  for (const Tensor& t : tensors) {
    parts.push_back(cast(t, dtype));
    op.sizes.push_back(t.shape()[a]);
    y.slice(a, start, start + t.shape()[a]).copy_(parts.back().detach());
    start += t.shape()[a];
    wanted |= detail::wants_grad(parts.back());
  }
  if (grad_enabled() && wanted) {
    using N = detail::ListNode<detail::Cat>;
    y.impl().node = Ref<detail::Node>(new (detail::allocate_node(sizeof(N))) N(op, parts));
    y.impl().requires_grad = true;
  }
  return y;
}

Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis) {
  if (tensors.empty()) throw Error("stack", "needs at least one tensor");
  const int a = normalize_axis(axis, tensors[0].rank() + 1, "stack");
  std::vector<Tensor> parts;
  for (const Tensor& t : tensors) {
    if (t.shape() != tensors[0].shape())
      throw Error("stack", "shapes differ: " + to_string(tensors[0].shape()) + " and " + to_string(t.shape()));
    parts.push_back(t.unsqueeze(a));
  }
  return cat(parts, a);
}

}  // namespace lepton
