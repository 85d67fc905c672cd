// Making tensors.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <span>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// Element type and device of a new tensor.
struct TensorOptions {
  DType dtype = f32;
  Device device = kCpu;
};

/// Uninitialised elements.
LEPTON_API Tensor empty(const Shape& shape, TensorOptions options = {});
LEPTON_API Tensor full(const Shape& shape, double value, TensorOptions options = {});
LEPTON_API Tensor zeros(const Shape& shape, TensorOptions options = {});
LEPTON_API Tensor ones(const Shape& shape, TensorOptions options = {});
LEPTON_API Tensor zeros_like(const Tensor& x);
LEPTON_API Tensor ones_like(const Tensor& x);
LEPTON_API Tensor empty_like(const Tensor& x);
LEPTON_API Tensor full_like(const Tensor& x, double value);
/// `n` numbers at equal distances from start to stop, both included: [n]
LEPTON_API Tensor linspace(double start, double stop, std::int64_t n, TensorOptions options = {});
/// base^start ... base^stop, the exponents at equal distances: [n]
LEPTON_API Tensor logspace(double start, double stop, std::int64_t n, double base = 10, TensorOptions options = {});
/// start, start + step, ... below stop: [ceil((stop - start) / step)]
LEPTON_API Tensor arange(double start, double stop, double step = 1, TensorOptions options = {});
/// The identity matrix, [n, n].
LEPTON_API Tensor eye(std::int64_t n, TensorOptions options = {});

/// A CPU tensor with a copy of the values, in row-major order. Throws where their count is not the shape's.
template <class T> Tensor tensor(std::span<const T> values, const Shape& shape) {
  if (std::int64_t(values.size()) != shape.numel())
    throw Error("tensor", std::to_string(values.size()) + " values do not fill " + to_string(shape));
  Tensor t = empty(shape, {.dtype = dtype_of<T>});
  std::copy(values.begin(), values.end(), t.data<T>());
  return t;
}
template <class T> Tensor tensor(const std::vector<T>& values, const Shape& shape) {
  return tensor(std::span<const T>(values), shape);
}
/// A 1-D tensor of the listed values.
template <class T> Tensor tensor(std::initializer_list<T> values) {
  return tensor(std::span<const T>(values.begin(), values.size()), {std::int64_t(values.size())});
}
/// A 2-D tensor of the listed rows.
template <class T> Tensor tensor(std::initializer_list<std::initializer_list<T>> rows) {
  std::vector<T> values;
  for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
  const std::int64_t n = std::int64_t(rows.size());
  return tensor(values, {n, n ? std::int64_t(values.size()) / n : 0});
}

namespace detail {
LEPTON_API Tensor from_blob(void* data, const Shape& shape, DType dtype, std::function<void()> release);
}
/// A tensor on memory of yours, without a copy; `release` is called when the last handle is gone. The memory
/// must be aligned for T and live until then.
template <class T> Tensor from_blob(T* data, const Shape& shape, std::function<void()> release = {}) {
  return detail::from_blob(data, shape, dtype_of<T>, std::move(release));
}

/// The same for the elements of a span, of which there must be as many as the shape has.
template <class T> Tensor from_blob(std::span<T> values, const Shape& shape, std::function<void()> release = {}) {
  if (std::int64_t(values.size()) != shape.numel())
    throw Error("from_blob", std::to_string(values.size()) + " values do not fill " + to_string(shape));
  return from_blob(values.data(), shape, std::move(release));
}

}  // namespace lepton
