// Products in double, and how far a sum in another order may lie from them.
#pragma once

#include "check.hpp"
#include "lepton/core/half.hpp"

namespace lepton::test {

/// One element of a product: the sum, and the sum of the sizes of its terms.
struct Dot {
  double value = 0, size = 0;
  void add(double a, double b) {
    value += a * b;
    size += std::abs(a * b);
  }
};

/// `x`, rounded to bf16 where products of type `compute` round it.
template <class T> double factor(T x, DType compute) {
  return compute == bf16 ? double(float(Bf16(float(x)))) : double(x);
}

/// Expects that `y` is `sum` but for rounding. k products summed in any order, fused or not, are off by at most
/// (k + 1) u times the sum of their sizes, u = 2^-24 (Higham 2002, section 3.1); products of bf16 are exact in f32.
template <class T> void expect_dot(T y, const Dot& sum, std::int64_t k, const char* where = "") {
  const double u = sizeof(T) == 4 ? 0x1p-24 : 0x1p-48;  // the double reference is off too
  EXPECT_NEAR(double(y), sum.value, double(k + 2) * u * sum.size + 1e-37) << where;
}

}  // namespace lepton::test
