// Comparing tensors with each other and with doubles.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <ostream>
#include <string>
#include <vector>

#include "lepton/tensor/factory.hpp"

namespace lepton {

/// How GoogleTest writes a type and a shape.
inline void PrintTo(DType t, std::ostream* out) { *out << name_of(t); }
inline void PrintTo(const Dims& dims, std::ostream* out) { *out << to_string(dims); }

}  // namespace lepton

namespace lepton::test {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

/// Whether |y - expected| <= tolerance (1 + |expected|) everywhere; NaN and infinities match themselves.
inline AssertionResult close(const std::vector<double>& y, const std::vector<double>& expected,
                             double tolerance) {
  if (y.size() != expected.size())
    return AssertionFailure() << y.size() << " elements, not " << expected.size();
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] == expected[i] || (std::isnan(y[i]) && std::isnan(expected[i]))) continue;
    const double error = std::fabs(y[i] - expected[i]);
    if (!(error <= tolerance * (1 + std::fabs(expected[i]))) || std::isinf(expected[i]))
      return AssertionFailure() << "element " << i << " of " << y.size() << " is " << y[i] << ", not "
                                << expected[i] << " (off by " << error << ")";
  }
  return AssertionSuccess();
}

inline AssertionResult close(const Tensor& y, const Tensor& expected, double tolerance) {
  if (y.shape() != expected.shape())
    return AssertionFailure() << "shape " << to_string(y.shape()) << ", not " << to_string(expected.shape());
  return close(y.to_vector<double>(), expected.to_vector<double>(), tolerance);
}

/// Whether shape, type and every bit of the elements are the same, or both are undefined.
inline AssertionResult same_bits(const Tensor& y, const Tensor& expected) {
  if (y.defined() != expected.defined()) return AssertionFailure() << "one is undefined";
  if (!y.defined()) return AssertionSuccess();
  if (y.shape() != expected.shape() || y.dtype() != expected.dtype())
    return AssertionFailure() << to_string(y.shape()) << " " << name_of(y.dtype()) << ", not "
                              << to_string(expected.shape()) << " " << name_of(expected.dtype());
  const Tensor a = y.detach().to(kCpu).contiguous(), b = expected.detach().to(kCpu).contiguous();
  if (std::memcmp(a.raw(), b.raw(), std::size_t(a.numel()) * size_of(a.dtype())) == 0)
    return AssertionSuccess();
  const auto x = a.to_vector<double>(), z = b.to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!(x[i] == z[i])) return AssertionFailure() << "element " << i << " is " << x[i] << ", not " << z[i];
  return AssertionFailure() << "the bits of zeros or NaNs differ";
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

/// Whether `call` throws an Error whose text has `text` in it.
template <class F> AssertionResult throws(F&& call, const std::string& text) {
  const std::string error = error_of(call);
  if (!error.empty() && error.find(text) != std::string::npos) return AssertionSuccess();
  return AssertionFailure() << "wanted: " << text << "\n"
                            << (error.empty() ? "nothing was thrown" : "says:   " + error);
}

#define EXPECT_ERROR(CALL, TEXT) EXPECT_TRUE(::lepton::test::throws([&] { static_cast<void>(CALL); }, TEXT))

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
