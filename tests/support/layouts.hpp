// The same values in memory laid out otherwise.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::test {

/// Named copies of `x`, off the tape, whose elements lie by columns, with gaps, in the middle of a storage,
/// and (4 axes) channels last.
inline std::vector<std::pair<std::string, Tensor>> layouts_of(const Tensor& x) {
  const NoGrad no_grad;
  const TensorOptions like{.dtype = x.dtype(), .device = x.device()};
  const auto permuted = [&](const Dims& to) {  // memory in the order of `to`
    Dims back = to;
    for (int i = 0; i < to.rank(); ++i) back[int(to[i])] = i;
    return permute(permute(x.detach(), to).clone(), back);
  };
  std::vector<std::pair<std::string, Tensor>> found;
  Dims reversed = x.shape();
  for (int i = 0; i < x.rank(); ++i) reversed[i] = x.rank() - 1 - i;
  if (x.rank() >= 2) found.emplace_back("by columns", permuted(reversed));
  if (x.rank() >= 1) {
    Shape wide = x.shape();
    wide[x.rank() - 1] = 2 * wide.back() + 3;
    const Tensor gaps = full(wide, 1, like).slice(-1, 3, INT64_MAX, 2);
    found.emplace_back("with gaps", gaps.copy_(x));
    Shape tall = x.shape();
    tall[0] += 2;
    const Tensor middle = full(tall, 1, like).slice(0, 1, -1);
    found.emplace_back("in the middle", middle.copy_(x));
  }
  if (x.rank() == 4) found.emplace_back("channels last", permuted({0, 2, 3, 1}));
  return found;
}

/// `x` with the elements at 0 of one axis stretched along it; undefined where no axis is longer than 1.
inline Tensor stretched(const Tensor& x) {
  for (int axis = 0; axis < x.rank(); ++axis)
    if (x.size(axis) > 1) return x.detach().slice(axis, 0, 1).clone().expand(x.shape());
  return {};
}

}  // namespace lepton::test
