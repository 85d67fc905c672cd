// Tensors that a module owns: copied deeply, moved with their identity.
#pragma once

#include "lepton/tensor/tensor.hpp"

namespace lepton::nn {

/// A tensor owned by a module. Its identity is the reference-counted TensorImpl: optimizers, the tape and captured
/// steps hold Tensors on it, never a pointer to this object.
///
///   copy construction   a new identity with the same values; an optimizer stays with the original
///   move                the identity travels
///   copy assignment     the values are written into this identity, which everybody keeps following
///   destruction         the identity has no owner any more, and an optimizer's step() throws
class LEPTON_API Owned {
 public:
  Owned() = default;
  Owned(const Owned& other);
  Owned(Owned&& other) noexcept : tensor_(std::move(other.tensor_)) {}
  Owned& operator=(const Owned& other);
  Owned& operator=(Owned&& other) noexcept;
  ~Owned() { disown(); }

  operator const Tensor&() const { return tensor_; }
  const Tensor& tensor() const { return tensor_; }
  const Tensor* operator->() const { return &tensor_; }
  bool defined() const { return tensor_.defined(); }

 protected:
  Owned(Tensor tensor, bool trained);

 private:
  friend class Substitution;
  void own();
  void disown();
  Tensor tensor_;
};

/// A tensor that training changes.
class Parameter : public Owned {
 public:
  Parameter() = default;
  explicit Parameter(Tensor values) : Owned(std::move(values), true) {}
};

/// A tensor that belongs to a module's state but is not trained, like batch norm's running mean.
class Buffer : public Owned {
 public:
  Buffer() = default;
  explicit Buffer(Tensor values) : Owned(std::move(values), false) {}
};

}  // namespace lepton::nn
