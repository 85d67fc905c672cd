// Identities: allocation, aliases, layout tests.
#include "src/tensor/make.hpp"

#include <algorithm>
#include <new>

#include "lepton/autograd/node.hpp"
#include "lepton/core/memory.hpp"
#include "src/tensor/axes.hpp"

namespace lepton::detail {

bool is_contiguous(const Shape& shape, const Strides& strides) {
  std::int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    if (shape[i] == 0) return true;
    if (shape[i] != 1 && strides[i] != step) return false;
    step *= shape[i];
  }
  return true;
}

bool is_dense(const Tensor& x) {
  const TensorImpl& t = x.impl();
  if (t.contiguous) return true;
  int axes[kMaxRank];
  const int n = axes_by_stride(t.shape, t.strides, axes);
  std::int64_t step = 1;
  for (int i = n - 1; i >= 0; --i) {
    if (t.strides[axes[i]] != step) return false;
    step *= t.shape[axes[i]];
  }
  return true;
}

Spec::Spec(const Shape& s, DType t, const Strides& st)
    : shape(s), dtype(t), strides(st), contiguous(is_contiguous(s, st)) {}

Spec Spec::like(const Tensor& x, DType dtype) {
  const TensorImpl& t = x.impl();
  if (t.contiguous || !is_dense(x)) return Spec(t.shape, dtype);
  return Spec(t.shape, dtype, t.strides);
}

/// The count of elements; throws for negative sizes and for a count that no memory could hold.
static std::int64_t checked_numel(const Shape& shape) {
  std::int64_t n = 1;
  bool empty = false, overflow = false;
  for (const std::int64_t size : shape) {
    if (size < 0) throw Error("tensor", "negative size in " + to_string(shape));
    empty = empty || size == 0;
    overflow = overflow || __builtin_mul_overflow(n, std::max<std::int64_t>(size, 1), &n);
  }
  if (!empty && (overflow || n > INT64_MAX / 8)) throw Error("tensor", "too many elements: " + to_string(shape));
  return empty ? 0 : n;
}

Tensor make_tensor(const Spec& spec, Device device) {
  const std::int64_t n = checked_numel(spec.shape);
  auto* impl = new (allocate_object(sizeof(TensorImpl))) TensorImpl;
  Ref<TensorImpl> ref(impl);
  impl->storage = make_storage(std::size_t(n) * size_of(spec.dtype), device);
  impl->shape = spec.shape;
  impl->strides = spec.strides;
  impl->dtype = spec.dtype;
  impl->contiguous = spec.contiguous;
  return Tensor(std::move(ref));
}

Tensor make_alias(const Tensor& x, const Shape& shape, const Strides& strides, std::int64_t offset) {
  auto* impl = new (allocate_object(sizeof(TensorImpl))) TensorImpl;
  impl->storage = x.impl().storage;
  impl->offset = offset;
  impl->shape = shape;
  impl->strides = strides;
  impl->dtype = x.dtype();
  impl->contiguous = is_contiguous(shape, strides);
  return Tensor(Ref<TensorImpl>(impl));
}

void destroy(TensorImpl* impl) {
  impl->~TensorImpl();
  release_object(impl, sizeof(TensorImpl));
}

void require_computable(const Tensor& x, const char* op) {
  if (x.dtype() != f32 && x.dtype() != f64)
    throw Error(op, "computes with f32 and f64, not " + std::string(name_of(x.dtype())) + "; convert with to(f32)");
}

void check_in_place(const Tensor& x, const char* op) {
  if (grad_enabled() && x.impl().requires_grad)
    throw Error(op, "would overwrite a tensor that the tape needs; write under NoGrad, or use the form without '_'");
  if (x.numel() == 0) return;
  for (int i = 0; i < x.rank(); ++i)
    if (x.strides()[i] == 0 && x.shape()[i] > 1)
      throw Error(op, "would write one place in memory several times: " + to_string(x.shape()) +
                          " is stretched along axis " + std::to_string(i) + "; clone it first");
}

}  // namespace lepton::detail
