// Batch: the tensors that one training step takes.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::data {

/// Any number of tensors that belong together, inputs first, the first axis of each counting samples.
///
/// It binds like a pair, `auto& [x, y] = batch`, to its first two tensors.
class Batch {
 public:
  Batch() = default;
  explicit Batch(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {}

  std::size_t size() const { return tensors_.size(); }
  bool empty() const { return tensors_.empty(); }
  void push(Tensor tensor) { tensors_.push_back(std::move(tensor)); }
  /// Throws where the batch has no such tensor.
  Tensor& operator[](std::size_t i) { return tensors_[checked(i)]; }
  const Tensor& operator[](std::size_t i) const { return tensors_[checked(i)]; }

  auto begin() { return tensors_.begin(); }
  auto end() { return tensors_.end(); }
  auto begin() const { return tensors_.begin(); }
  auto end() const { return tensors_.end(); }

  template <std::size_t I> Tensor& get() & { return (*this)[I]; }
  template <std::size_t I> const Tensor& get() const& { return (*this)[I]; }
  template <std::size_t I> Tensor&& get() && { return std::move((*this)[I]); }

 private:
  std::size_t checked(std::size_t i) const {
    if (i >= tensors_.size())
      throw Error("Batch", "tensor " + std::to_string(i) + " asked of a batch that holds " +
                               std::to_string(tensors_.size()));
    return i;
  }

  std::vector<Tensor> tensors_;
};

}  // namespace lepton::data

template <> struct std::tuple_size<lepton::data::Batch> : std::integral_constant<std::size_t, 2> {};
template <std::size_t I> struct std::tuple_element<I, lepton::data::Batch> { using type = lepton::Tensor; };
