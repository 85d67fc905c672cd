// Arrays of doubles with a shape: what the references of the op table compute with, by plain loops.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "lepton/core/shape.hpp"

namespace lepton::op_cases {

/// Row-major values; `x({i, j})` is one of them.
struct Array {
  Shape shape;
  std::vector<double> values;

  Array() = default;
  explicit Array(const Shape& s, double value = 0) : shape(s), values(std::size_t(s.numel()), value) {}
  Array(const Shape& s, std::vector<double> v) : shape(s), values(std::move(v)) {}

  double& operator()(const Dims& at) { return values[offset(at)]; }
  double operator()(const Dims& at) const { return values[offset(at)]; }
  std::int64_t size(int axis) const { return shape[axis]; }

 private:
  std::size_t offset(const Dims& at) const {
    std::int64_t place = 0;
    for (int i = 0; i < shape.rank(); ++i) place = place * shape[i] + at[i];
    return std::size_t(place);
  }
};

using Arrays = std::vector<Array>;

/// f(index) for every index of `shape`, in row-major order.
template <class F> void for_each_index(const Shape& shape, F&& f) {
  if (shape.numel() == 0) return;
  Dims at = shape;
  for (int i = 0; i < at.rank(); ++i) at[i] = 0;
  for (;;) {
    f(std::as_const(at));
    int axis = at.rank() - 1;
    for (; axis >= 0 && ++at[axis] == shape[axis]; --axis) at[axis] = 0;
    if (axis < 0) return;
  }
}

/// An array of `shape` whose element at an index is f(index).
template <class F> Array generate(const Shape& shape, F&& f) {
  Array y(shape);
  std::size_t next = 0;
  for_each_index(shape, [&](const Dims& at) { y.values[next++] = f(at); });
  return y;
}

template <class F> Array map(Array x, F&& f) {
  for (double& v : x.values) v = f(v);
  return x;
}

/// The element of `x`, stretched to a shape of the rank of `at`, there.
inline double stretched(const Array& x, const Dims& at) {
  Dims own = x.shape;
  const int lead = at.rank() - own.rank();
  for (int i = 0; i < own.rank(); ++i) own[i] = x.shape[i] == 1 ? 0 : at[i + lead];
  return x(own);
}

/// f(a, b), element by element, with broadcasting.
template <class F> Array zip(const Array& a, const Array& b, F&& f) {
  return generate(broadcast(a.shape, b.shape, "zip"),
                  [&](const Dims& at) { return f(stretched(a, at), stretched(b, at)); });
}

/// f(values) of each group that shares all axes but `axes` (none: all of x is one group); f may reorder them.
template <class F> Array fold(const Array& x, const Dims& axes, bool keep, F&& f) {
  const int rank = x.shape.rank();
  std::vector<bool> gone(std::size_t(rank), axes.rank() == 0);
  for (const std::int64_t axis : axes) gone[std::size_t(axis < 0 ? axis + rank : axis)] = true;
  Shape ones = x.shape, kept;
  for (int i = 0; i < rank; ++i) {
    if (gone[std::size_t(i)]) ones[i] = 1;
    if (keep || !gone[std::size_t(i)]) kept.push_back(ones[i]);
  }
  std::vector<std::vector<double>> groups(std::size_t(ones.numel()));
  const Array number = [&] {
    Array n(ones);
    for (std::size_t i = 0; i < n.values.size(); ++i) n.values[i] = double(i);
    return n;
  }();
  for_each_index(x.shape,
                 [&](const Dims& at) { groups[std::size_t(stretched(number, at))].push_back(x(at)); });
  Array y(kept);
  for (std::size_t i = 0; i < groups.size(); ++i) y.values[i] = f(groups[i]);
  return y;
}

inline double sum_of(const std::vector<double>& v) {
  double total = 0;
  for (const double e : v) total += e;
  return total;
}
inline double mean_of(const std::vector<double>& v) { return sum_of(v) / double(v.size()); }
/// Of squared distances from the mean, divided by n - `less`.
inline double variance_of(const std::vector<double>& v, double less) {
  const double mean = mean_of(v);
  double total = 0;
  for (const double e : v) total += (e - mean) * (e - mean);
  return total / (double(v.size()) - less);
}

}  // namespace lepton::op_cases
