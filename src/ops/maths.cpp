// Elementary functions that are composed. Those of two tensors with formulas of their own stand in binary.cpp.
#include "lepton/ops/maths.hpp"

#include <limits>
#include <numbers>

#include "lepton/ops/cast.hpp"
#include "lepton/ops/logic.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A number of x's type, or f32 beside integers.
Tensor number_like(const Tensor& x, double value) {
  return full({}, value, {.dtype = is_floating(x.dtype()) ? x.dtype() : f32, .device = x.device()});
}

}  // namespace

Tensor sinc(const Tensor& x) {
  const Tensor is_zero = x.detach() == 0, one = number_like(x, 1);
  const Tensor angle = where(is_zero, one, x) * std::numbers::pi;
  return where(is_zero, one, sin(angle) / angle);
}

Tensor logit(const Tensor& x, double eps) {
  const Tensor p = eps < 0 ? x : clamp(x, eps, 1 - eps);
  return log(p / (1 - p));
}

Tensor deg2rad(const Tensor& x) { return x * (std::numbers::pi / 180); }
Tensor rad2deg(const Tensor& x) { return x * (180 / std::numbers::pi); }

Tensor clamp_min(const Tensor& x, double low) { return clamp(x, low, kInfinity); }
Tensor clamp_max(const Tensor& x, double high) { return clamp(x, -kInfinity, high); }

Tensor xlogy(const Tensor& a, const Tensor& b) {
  const Tensor nothing = logical_and(a.detach() == 0, b.detach() <= 0);
  return a * log(where(nothing, number_like(b, 1), b));
}

Tensor heaviside(const Tensor& x, const Tensor& at_zero) {
  const Tensor p = x.detach();
  return where(p == 0, at_zero.detach(), cast(p > 0, is_floating(p.dtype()) ? p.dtype() : f32));
}

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
