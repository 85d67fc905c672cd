// The ownership rule of parameters and buffers.
#include "lepton/nn/parameter.hpp"

#include "lepton/autograd/no_grad.hpp"
#include "src/core/recorder.hpp"

namespace lepton::nn {
namespace {

/// A new identity with the same elements, off the tape and outside any recording.
Tensor deep_copy(const Tensor& t) {
  const detail::PauseRecording pause;
  const NoGrad no_grad;
  const Tensor copy = t.clone();
  copy.impl().requires_grad = t.impl().requires_grad;
  copy.impl().is_parameter = t.impl().is_parameter;
  return copy;
}

}  // namespace

Owned::Owned(Tensor tensor, bool trained) : tensor_(std::move(tensor)) {
  if (!tensor_.is_leaf()) tensor_ = tensor_.detach();
  if (!tensor_.is_contiguous()) tensor_ = deep_copy(tensor_);
  tensor_.impl().is_parameter = trained;
  if (trained) tensor_.set_requires_grad();
  own();
}

Owned::Owned(const Owned& other) {
  if (other.defined()) tensor_ = deep_copy(other.tensor_);
  own();
}

Owned& Owned::operator=(const Owned& other) {
  if (this == &other) return *this;
  if (!defined() || !other.defined()) {
    disown();
    tensor_ = other.defined() ? deep_copy(other.tensor_) : Tensor();
    own();
    return *this;
  }
  detail::TensorImpl& to = tensor_.impl();
  if (to.shape == other.tensor_.shape() && to.dtype == other.tensor_.dtype() &&
      tensor_.device() == other.tensor_.device()) {
    const NoGrad no_grad;
    tensor_.copy_(other.tensor_);
    return *this;
  }
  const Tensor copy = deep_copy(other.tensor_);  // other sizes: new storage within the same identity
  to.storage->retired = true;
  to.storage = copy.impl().storage;
  to.offset = 0;
  to.shape = copy.shape();
  to.strides = copy.strides();
  to.dtype = copy.dtype();
  to.grad.reset();
  return *this;
}

Owned& Owned::operator=(Owned&& other) noexcept {
  if (this == &other) return *this;
  disown();
  tensor_ = std::move(other.tensor_);
  other.tensor_ = {};
  return *this;
}

void Owned::own() {
  if (defined()) ++tensor_.impl().owners;
}
void Owned::disown() {
  if (defined() && --tensor_.impl().owners == 0) tensor_.impl().storage->retired = true;
}

}  // namespace lepton::nn
