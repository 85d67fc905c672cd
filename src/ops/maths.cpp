// Elementary functions that are composed. Those of two tensors with formulas of their own stand in binary.cpp.
#include "lepton/ops/maths.hpp"

namespace lepton {

Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high) {
  return minimum(maximum(x, low), high);
}

Tensor hypot(const Tensor& a, const Tensor& b) { return sqrt(square(a) + square(b)); }

Tensor logaddexp(const Tensor& a, const Tensor& b) {
  const Tensor distance = abs(a - b);
  return maximum(a, b) + log1p(exp(-distance));
}

Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight) { return a + weight * (b - a); }
Tensor lerp(const Tensor& a, const Tensor& b, double weight) { return a + weight * (b - a); }

Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, double scale) {
  return x + scale * (a * b);
}
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, double scale) {
  return x + scale * (a / b);
}

}  // namespace lepton
