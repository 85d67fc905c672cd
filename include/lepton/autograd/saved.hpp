// What an operation keeps for its gradient, and what the gradient gives back.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

namespace detail {
struct SavedTensor {
  Tensor tensor;
  std::uint32_t version = 0;
};
}  // namespace detail

/// The saved inputs and outputs of an operation, as its `backward` sees them.
class LEPTON_API Saved {
 public:
  Saved(const char* op, detail::Node* node, std::span<const detail::SavedTensor> inputs,
        std::span<const detail::SavedTensor> outputs, const Shape* shapes, unsigned needs)
      : op_(op), node_(node), inputs_(inputs), outputs_(outputs), shapes_(shapes), needs_(needs) {}

  /// Throws where it was not saved, or was changed in place since.
  const Tensor& input(int i) const;
  Tensor output(int i = 0) const;
  /// Known even for inputs that were not saved.
  const Shape& input_shape(int i) const { return shapes_[i]; }
  /// Whether somebody wants the gradient by input i.
  bool needs(int i) const { return (needs_ >> i & 1u) != 0; }

 private:
  const Tensor& checked(const detail::SavedTensor& s, const char* what, int i) const;

  const char* op_;
  detail::Node* node_;
  std::span<const detail::SavedTensor> inputs_, outputs_;
  const Shape* shapes_;
  unsigned needs_;
};

/// Gradients by each input of an operation, in their order; an undefined one stands for "none".
class Grads {
 public:
  Grads(Tensor a) : few_{std::move(a)}, count_(1) {}
  Grads(Tensor a, Tensor b) : few_{std::move(a), std::move(b)}, count_(2) {}
  Grads(Tensor a, Tensor b, Tensor c) : few_{std::move(a), std::move(b), std::move(c)}, count_(3) {}
  Grads(Tensor a, Tensor b, Tensor c, Tensor d)
      : few_{std::move(a), std::move(b), std::move(c), std::move(d)}, count_(4) {}
  explicit Grads(std::vector<Tensor> all) : many_(std::move(all)), count_(int(many_.size())) {}

  int size() const { return count_; }
  Tensor& operator[](int i) { return many_.empty() ? few_[i] : many_[std::size_t(i)]; }

 private:
  Tensor few_[4];
  std::vector<Tensor> many_;
  int count_;
};

}  // namespace lepton
