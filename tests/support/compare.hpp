// Comparing tensors with each other and with doubles.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "lepton/tensor/factory.hpp"

namespace lepton::test {

/// Whether |y - expected| <= tolerance (1 + |expected|) in every element; NaN matches NaN, infinities themselves.
inline ::testing::AssertionResult close(const std::vector<double>& y, const std::vector<double>& expected, double tolerance) {
  if (y.size() != expected.size())
    return ::testing::AssertionFailure() << y.size() << " elements, not " << expected.size();
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] == expected[i] || (std::isnan(y[i]) && std::isnan(expected[i]))) continue;
    const double error = std::fabs(y[i] - expected[i]);
    if (!(error <= tolerance * (1 + std::fabs(expected[i]))) || std::isinf(expected[i]))
      return ::testing::AssertionFailure() << "element " << i << " of " << y.size() << " is " << y[i] << ", not "
                                           << expected[i] << " (off by " << error << ")";
  }
  return ::testing::AssertionSuccess();
}

inline ::testing::AssertionResult close(const Tensor& y, const Tensor& expected, double tolerance) {
  if (y.shape() != expected.shape())
    return ::testing::AssertionFailure() << "shape " << to_string(y.shape()) << ", not " << to_string(expected.shape());
  return close(y.to_vector<double>(), expected.to_vector<double>(), tolerance);
}

/// Whether shape, type and every bit of the elements are the same; an undefined tensor equals an undefined one.
inline ::testing::AssertionResult same_bits(const Tensor& y, const Tensor& expected) {
  if (y.defined() != expected.defined()) return ::testing::AssertionFailure() << "one is undefined";
  if (!y.defined()) return ::testing::AssertionSuccess();
  if (y.shape() != expected.shape() || y.dtype() != expected.dtype())
    return ::testing::AssertionFailure() << to_string(y.shape()) << " " << name_of(y.dtype()) << ", not "
                                         << to_string(expected.shape()) << " " << name_of(expected.dtype());
  const Tensor a = y.detach().to(kCpu).contiguous(), b = expected.detach().to(kCpu).contiguous();
  if (std::memcmp(a.raw(), b.raw(), std::size_t(a.numel()) * size_of(a.dtype())) == 0) return ::testing::AssertionSuccess();
  const auto x = a.to_vector<double>(), z = b.to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!(x[i] == z[i])) return ::testing::AssertionFailure() << "element " << i << " is " << x[i] << ", not " << z[i];
  return ::testing::AssertionFailure() << "the bits of zeros or NaNs differ";
}

/// The text of the Error that `call` throws; empty where it throws none.
template <class F> std::string error_of(F&& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

#define EXPECT_ERROR(CALL, TEXT) \
  EXPECT_NE(::lepton::test::error_of([&] { CALL; }).find(TEXT), std::string::npos) << ::lepton::test::error_of([&] { CALL; })

/// A leaf of doubles that asks for a gradient.
inline Tensor leaf(const std::vector<double>& values, const Shape& shape) {
  Tensor x = tensor(values, shape);
  return x.set_requires_grad();
}
inline Tensor leaf(std::initializer_list<double> values) {
  return leaf(std::vector<double>(values), {std::int64_t(values.size())});
}

/// Elements as doubles.
inline std::vector<double> values(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace lepton::test
