// The operations of the kernels gather and scatter, for what is indexed in other ways too.
#pragma once

#include "kernels/gather.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/apply.hpp"

namespace lepton::detail {

/// x and index contiguous, as `where` says -> `shape`. `op` is named in errors.
struct GatherOp {
  static constexpr auto name = "gather";
  static constexpr unsigned saves_inputs = 2;
  const char* op;
  kernels::IndexedShape where;
  Shape shape;
  Spec infer(const Tensor& x, const Tensor&) const { return Spec(shape, x.dtype()); }
  void run(Tensor& y, const Tensor& x, const Tensor& index) const;
  Grads backward(const Saved& saved, const Tensor& g) const;
};

/// A copy of x with source written, or added, at the indices.
struct ScatterOp {
  static constexpr auto name = "scatter";
  static constexpr unsigned saves_inputs = 2;
  const char* op;
  kernels::IndexedShape where;
  bool add;
  Spec infer(const Tensor& x, const Tensor&, const Tensor&) const {
    if (add && x.dtype() == boolean) throw Error(op, "booleans do not add; cast(x, i64) counts them");
    return Spec(x.shape(), x.dtype());
  }
  void run(Tensor& y, const Tensor& x, const Tensor& index, const Tensor& source) const;
  Grads backward(const Saved& saved, const Tensor& g) const;
};

/// x with `corner`, whose sizes are no larger, in place of its first elements along every axis.
Tensor with_corner(const Tensor& x, const Tensor& corner);

}  // namespace lepton::detail
