// Walks: sort the axes by stride, then merge neighbours that all operands step through evenly.
#include "src/ops/walk.hpp"

#include "src/tensor/axes.hpp"

namespace lepton::detail {

Strides broadcast_strides(const Tensor& x, const Shape& shape) {
  const TensorImpl& t = x.impl();
  Strides out = shape;
  const int lead = shape.rank() - t.shape.rank();
  for (int i = 0; i < shape.rank(); ++i)
    out[i] = i < lead || (t.shape[i - lead] == 1 && shape[i] != 1) ? 0 : t.strides[i - lead];
  return out;
}

kernels::Walk make_walk(const Shape& shape, const Strides& order, std::initializer_list<Strides> operands) {
  int axes[kMaxRank];
  const int n = axes_by_stride(shape, order, axes);

  kernels::Walk walk{};
  walk.n = shape.numel();
  for (int k = 0; k < n; ++k) {
    const int axis = axes[k], last = walk.rank - 1;
    bool merges = last >= 0;
    int j = 0;
    for (const Strides& s : operands) merges = merges && walk.stride[j++][last] == s[axis] * shape[axis];
    if (!merges) ++walk.rank;
    const int to = walk.rank - 1;
    walk.size[to] = merges ? walk.size[to] * shape[axis] : shape[axis];
    j = 0;
    for (const Strides& s : operands) walk.stride[j++][to] = s[axis];
  }
  if (walk.rank == 0) {
    walk.rank = 1;
    walk.size[0] = 1;
  }
  return walk;
}

}  // namespace lepton::detail
