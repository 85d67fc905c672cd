// Tensor: the value that everything computes with.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "lepton/core/error.hpp"
#include "lepton/tensor/tensor_impl.hpp"

namespace lepton {

class Index;  // ops/indexing.hpp

/// A multi-dimensional array on a device, possibly recorded on the autograd tape.
///
/// A Tensor is a handle: copies share the same elements (`clone()` copies them). Sizes are `int64_t`. A
/// default-made one is undefined; using it throws.
class LEPTON_API Tensor {
 public:
  Tensor() = default;
  explicit Tensor(Ref<detail::TensorImpl> impl) : impl_(std::move(impl)) {}

  /// Whether it holds anything.
  bool defined() const { return bool(impl_); }
  explicit operator bool() const { return defined(); }

  const Shape& shape() const { return impl().shape; }
  const Strides& strides() const { return impl().strides; }
  int rank() const { return impl().shape.rank(); }
  /// Size of one axis, counted from the end if negative.
  std::int64_t size(std::int64_t axis) const {
    const Shape& s = impl().shape;
    if (s.rank() == 0) throw Error("size", "a scalar has no axes");
    return s[normalize_axis(axis, s.rank(), "size")];
  }
  std::int64_t numel() const { return impl().shape.numel(); }
  DType dtype() const { return impl().dtype; }
  Device device() const { return impl().storage->device; }
  bool is_contiguous() const { return impl().contiguous; }

  /// The elements, for a contiguous CPU tensor of type T; throws otherwise, and in a captured step.
  template <class T> T* data() const { return static_cast<T*>(host_data(dtype_of<T>, "data")); }
  template <class T> std::span<T> span() const { return {data<T>(), static_cast<std::size_t>(numel())}; }
  /// A copy of the elements, in row-major order, converted to T.
  template <class T> std::vector<T> to_vector() const;
  /// The one element of a tensor with one element. Throws in a captured step: return the tensor from the
  /// step and read it outside.
  double item() const;

  /// Whether operations on it are recorded for `backward`.
  bool requires_grad() const { return impl().requires_grad; }
  /// Marks a leaf; throws for an integer tensor or the result of an operation.
  Tensor& set_requires_grad(bool on = true);
  /// What `backward` accumulated; undefined where there is none.
  Tensor grad() const { return Tensor(impl().grad); }
  void set_grad(const Tensor& grad) const;
  void zero_grad() const;
  bool is_leaf() const { return !impl().node; }
  /// The same elements, cut off the tape.
  Tensor detach() const;
  /// Gradients of this scalar by every leaf that asked for one, added to their `grad()`.
  void backward() const;

  /// A copy with its own elements; the gradient flows through it.
  Tensor clone() const;
  /// Itself if row-major without gaps, else such a copy.
  Tensor contiguous() const;
  /// The same values as another element type; itself if the type is the same.
  Tensor to(DType dtype) const;
  /// The same values on another device; itself if it is there already.
  Tensor to(Device device) const;

  // In-place writes. They throw for a tensor that the tape needs; run them under `NoGrad` on parameters.
  const Tensor& copy_(const Tensor& source) const;
  const Tensor& fill_(double value) const;
  const Tensor& zero_() const { return fill_(0); }
  const Tensor& add_(const Tensor& other, double scale = 1) const;
  const Tensor& mul_(double factor) const;

  // Views: they share elements with this tensor.
  Tensor reshape(Shape shape) const;  ///< -1 in one place is worked out; copies where strides forbid a view
  Tensor permute(std::initializer_list<std::int64_t> axes) const;
  Tensor transpose(std::int64_t a = -2, std::int64_t b = -1) const;
  Tensor select(std::int64_t axis, std::int64_t index) const;
  /// Elements [start, stop) of an axis, each counted from the end if negative, every `step`-th.
  Tensor slice(std::int64_t axis, std::int64_t start, std::int64_t stop = INT64_MAX,
               std::int64_t step = 1) const;
  Tensor squeeze(std::int64_t axis) const;
  Tensor unsqueeze(std::int64_t axis) const;
  Tensor flatten(std::int64_t first = 0, std::int64_t last = -1) const;
  Tensor expand(const Shape& shape) const;
  /// Element or sub-tensor at an index of the first axis.
  Tensor operator[](std::int64_t index) const { return select(0, index); }

  /// What ops/indexing.hpp's `index` gives: x.index({0, kEllipsis, Slice{1, 5}, ids}).
  Tensor index(std::initializer_list<Index> at) const;
  /// Writes `values`, which broadcast, at these places, or adds them. Throws for a tensor that the tape needs.
  const Tensor& index_put_(std::initializer_list<Index> at, const Tensor& values, bool add = false) const;
  const Tensor& index_put_(std::initializer_list<Index> at, double value) const;

  // Library-internal.
  detail::TensorImpl& impl() const {
    if (!impl_) throw_undefined();
    return *impl_;
  }
  const Ref<detail::TensorImpl>& ref() const { return impl_; }
  Ref<detail::TensorImpl> take() && { return std::move(impl_); }
  /// Address of the first element, of any device, without checks.
  void* raw() const {
    return static_cast<char*>(impl_->storage->data) + impl_->offset * std::int64_t(size_of(impl_->dtype));
  }

 private:
  void* host_data(DType wanted, const char* op) const;
  [[noreturn]] static void throw_undefined();

  Ref<detail::TensorImpl> impl_;
};

template <class T> std::vector<T> Tensor::to_vector() const {
  const Tensor t = detach().to(dtype_of<T>).to(kCpu).contiguous();
  const auto values = t.span<T>();
  return {values.begin(), values.end()};
}

}  // namespace lepton
