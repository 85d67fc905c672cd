// A layer with hooks around its call.
#pragma once

#include <functional>
#include <utility>

#include "lepton/nn/module.hpp"

namespace lepton::nn {

/// `inner`, with functions that see what goes into it and what comes out, and may put something else in its place by
/// giving a defined tensor. A hook for gradients is on_gradient in either. Names of its state begin with "inner.".
///
///   Hooked layer(Linear(4, 8));
///   layer.after = [&](const Tensor&, const Tensor& y) { seen = y.detach(); return Tensor(); };
template <class M> class Hooked : public Module {
 public:
  explicit Hooked(M module) : inner(std::move(module)) {}
  LEPTON_FIELDS(inner)

  Tensor operator()(const Tensor& x) {
    const Tensor changed = before ? before(x) : Tensor();
    const Tensor& in = changed.defined() ? changed : x;
    const Tensor y = inner(in), other = after ? after(in, y) : Tensor();
    return other.defined() ? other : y;
  }

  M inner;
  std::function<Tensor(const Tensor& x)> before;
  std::function<Tensor(const Tensor& x, const Tensor& y)> after;
};

}  // namespace lepton::nn
