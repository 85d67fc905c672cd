// Making tensor identities: what comes out of an operation, and views.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::detail {

/// Shape, type and layout of an operation's output.
struct Spec {
  Shape shape;
  DType dtype;
  Strides strides;
  bool contiguous = true;

  Spec(const Shape& s, DType t) : shape(s), dtype(t), strides(contiguous_strides(s)) {}
  Spec(const Shape& s, DType t, const Strides& st);
  /// Shape and, where `x` has no gaps, layout of `x`.
  static Spec like(const Tensor& x, DType dtype);
  static Spec like(const Tensor& x) { return like(x, x.dtype()); }
};

/// Uninitialised elements as the spec says.
LEPTON_API Tensor make_tensor(const Spec& spec, Device device);

/// Another identity on `x`'s storage, off the tape; offset in elements from the start of the storage.
LEPTON_API Tensor make_alias(const Tensor& x, const Shape& shape, const Strides& strides, std::int64_t offset);

bool is_contiguous(const Shape& shape, const Strides& strides);

/// Whether the elements fill their stretch of memory without gaps or overlap, in some order of the axes.
bool is_dense(const Tensor& x);

/// Throws an Error naming `op` unless the tensor is f32 or f64, the types that kernels compute with.
void require_computable(const Tensor& x, const char* op);

/// Throws where writing in place would spoil a gradient, or where elements share a place in memory.
void check_in_place(const Tensor& x, const char* op);

}  // namespace lepton::detail
