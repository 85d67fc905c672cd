// Formulas of the element-by-element functions of one tensor, with their derivatives.
//
// A formula is a struct with `value(x)` and either `grad_from_y(g, y)` or `grad_from_x(g, x)`: the
// gradient of the loss by x, given that by y. It may have members (parameters), at most 16 bytes. One whose
// gradient needs neither says `is_linear`. The function that users call stands at the end of this file.
// This one text is the CPU loop, the CUDA kernel, the differentiable backward, and the test's subject.
#pragma once

#include "lepton/core/formula.hpp"
#include "lepton/ops/formula/activation.hpp"
#include "lepton/ops/formula/maths.hpp"
#include "lepton/ops/formula/special.hpp"

namespace lepton::op {

/// max(x, 0); NaN stays NaN, and the derivative at 0 is 0.
struct Relu {
  static constexpr auto name = "relu";
  template <class T> LEPTON_HD T value(T x) const { return maximum(x, T(0.0)); }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const { return select(y > T(0.0), g, T(0.0)); }
};

/// 1 / (1 + e^-x)
struct Sigmoid {
  static constexpr auto name = "sigmoid";
  template <class T> LEPTON_HD T value(T x) const { return T(1.0) / (T(1.0) + exp(-x)); }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const { return g * y * (T(1.0) - y); }
};

struct Tanh {
  static constexpr auto name = "tanh";
  template <class T> LEPTON_HD T value(T x) const { return tanh(x); }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const { return g * (T(1.0) - y * y); }
};

/// x * sigmoid(x), also called swish (Elfwing et al. 2017)
struct Silu {
  static constexpr auto name = "silu";
  template <class T> LEPTON_HD T value(T x) const { return x / (T(1.0) + exp(-x)); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    const T s = T(1.0) / (T(1.0) + exp(-x));
    return g * s * (T(1.0) + x * (T(1.0) - s));
  }
};

/// x * P(Z <= x) for a standard normal Z (Hendrycks & Gimpel 2016), with erf
struct Gelu {
  static constexpr auto name = "gelu";
  template <class T> LEPTON_HD T value(T x) const {
    return T(0.5) * x * (T(1.0) + erf(x * T(0.70710678118654752)));
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    const T cdf = T(0.5) * (T(1.0) + erf(x * T(0.70710678118654752)));
    return g * (cdf + x * T(0.39894228040143268) * exp(T(-0.5) * x * x));
  }
};

/// The tanh approximation of gelu: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
struct GeluTanh {
  static constexpr auto name = "gelu_tanh";
  template <class T> LEPTON_HD T value(T x) const { return T(0.5) * x * (T(1.0) + inner(x)); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    const T u = inner(x);
    const T du = T(0.79788456080286536) * (T(1.0) + T(0.134145) * x * x);
    return g * (T(0.5) * (T(1.0) + u) + T(0.5) * x * (T(1.0) - u * u) * du);
  }

 private:
  template <class T> LEPTON_HD static T inner(T x) {
    return tanh(T(0.79788456080286536) * (x + T(0.044715) * x * x * x));
  }
};

/// x where x > 0, else slope * x
struct LeakyRelu {
  static constexpr auto name = "leaky_relu";
  double slope = 0.01;
  template <class T> LEPTON_HD T value(T x) const { return select(x > T(0.0), x, x * T(slope)); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    return select(x > T(0.0), g, g * T(slope));
  }
};

/// x where x > 0, else alpha * (e^x - 1) (Clevert et al. 2015)
struct Elu {
  static constexpr auto name = "elu";
  double alpha = 1.0;
  template <class T> LEPTON_HD T value(T x) const {
    return select(x > T(0.0), x, T(alpha) * (exp(minimum(x, T(0.0))) - T(1.0)));
  }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const {
    return select(y > T(0.0), g, g * (y + T(alpha)));
  }
};

/// log(1 + e^x), without overflow
struct Softplus {
  static constexpr auto name = "softplus";
  template <class T> LEPTON_HD T value(T x) const { return maximum(x, T(0.0)) + log1p(exp(-abs(x))); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g / (T(1.0) + exp(-x)); }
};

struct Exp {
  static constexpr auto name = "exp";
  template <class T> LEPTON_HD T value(T x) const { return exp(x); }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const { return g * y; }
};

struct Log {
  static constexpr auto name = "log";
  template <class T> LEPTON_HD T value(T x) const { return log(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g / x; }
};

struct Log1p {
  static constexpr auto name = "log1p";
  template <class T> LEPTON_HD T value(T x) const { return log1p(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g / (T(1.0) + x); }
};

struct Sqrt {
  static constexpr auto name = "sqrt";
  template <class T> LEPTON_HD T value(T x) const { return sqrt(x); }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const { return T(0.5) * g / y; }
};

struct Square {
  static constexpr auto name = "square";
  template <class T> LEPTON_HD T value(T x) const { return x * x; }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g * T(2.0) * x; }
};

/// |x|, with derivative 0 at 0
struct Abs {
  static constexpr auto name = "abs";
  template <class T> LEPTON_HD T value(T x) const { return abs(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    return select(x > T(0.0), g, select(x < T(0.0), -g, T(0.0)));
  }
};

struct Neg {
  static constexpr auto name = "neg";
  static constexpr bool is_linear = true;
  template <class T> LEPTON_HD T value(T x) const { return -x; }
  template <class T> LEPTON_HD T grad_from_x(T g, T) const { return -g; }
};

struct Reciprocal {
  static constexpr auto name = "reciprocal";
  template <class T> LEPTON_HD T value(T x) const { return T(1.0) / x; }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const { return -g * y * y; }
};

struct Sin {
  static constexpr auto name = "sin";
  template <class T> LEPTON_HD T value(T x) const { return sin(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g * cos(x); }
};

struct Cos {
  static constexpr auto name = "cos";
  template <class T> LEPTON_HD T value(T x) const { return cos(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return -g * sin(x); }
};

/// x limited to [low, high]; the gradient passes where x lies within, ends included.
struct Clamp {
  static constexpr auto name = "clamp";
  double low, high;
  template <class T> LEPTON_HD T value(T x) const { return minimum(maximum(x, T(low)), T(high)); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    return select(x < T(low), T(0.0), select(x > T(high), T(0.0), g));
  }
};

/// scale * x + shift: what `2 * x` and `1 - x` become
struct Affine {
  static constexpr auto name = "affine";
  static constexpr bool is_linear = true;
  double scale = 1, shift = 0;
  template <class T> LEPTON_HD T value(T x) const { return x * T(scale) + T(shift); }
  template <class T> LEPTON_HD T grad_from_x(T g, T) const { return g * T(scale); }
};

/// x^exponent for a constant exponent
struct PowScalar {
  static constexpr auto name = "pow";
  double exponent;
  template <class T> LEPTON_HD T value(T x) const { return pow(x, T(exponent)); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    return g * T(exponent) * pow(x, T(exponent - 1));
  }
};

/// The error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x
struct Erf {
  static constexpr auto name = "erf";
  template <class T> LEPTON_HD T value(T x) const { return erf(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    return g * T(1.1283791670955126) * exp(-(x * x));
  }
};

/// min(max(x, 0), 6), with derivative 0 at both ends (Howard et al. 2017)
struct Relu6 {
  static constexpr auto name = "relu6";
  template <class T> LEPTON_HD T value(T x) const { return minimum(maximum(x, T(0.0)), T(6.0)); }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const {
    return select(y > T(0.0), select(y < T(6.0), g, T(0.0)), T(0.0));
  }
};

/// Every formula of one tensor. A new one is added to the end of this list and nowhere else.
using UnaryOps = Joined<TypeList<Relu, Sigmoid, Tanh, Silu, Gelu, GeluTanh, LeakyRelu, Elu, Softplus, Exp, Log, Log1p,
                          Sqrt, Square, Abs, Neg, Reciprocal, Sin, Cos, Clamp, Affine, PowScalar, Erf, Relu6, Selu, Celu,
                          Mish, Softsign, Hardswish, Hardsigmoid, Hardtanh, LogSigmoid, ScaledSoftplus,
                          Hardshrink, Softshrink, Tanhshrink, Threshold>,
                        Joined<MathsOps, SpecialOps>>;

/// Whether the gradient of formula `O` is computed from its result rather than from its argument.
template <class O> concept FromY = requires(const O o) { o.grad_from_y(1.0, 1.0); };

}  // namespace lepton::op

#if !defined(LEPTON_FORMULAS_ONLY)  // kernels see the formulas alone

#include "lepton/tensor/tensor.hpp"

namespace lepton {

namespace detail {
LEPTON_API Tensor pointwise(std::size_t formula, const void* members, const Tensor& x);
}

/// Applies a formula of op::UnaryOps to every element of `x` (integers are converted to f32; f16 and bf16 are computed
/// in f32 and rounded). The result has the shape and the layout of x.
template <class Formula> Tensor pointwise(const Formula& formula, const Tensor& x) {
  return detail::pointwise(index_of<Formula, op::UnaryOps>, &formula, x);
}

inline Tensor relu(const Tensor& x) { return pointwise(op::Relu{}, x); }
inline Tensor relu6(const Tensor& x) { return pointwise(op::Relu6{}, x); }
inline Tensor sigmoid(const Tensor& x) { return pointwise(op::Sigmoid{}, x); }
inline Tensor tanh(const Tensor& x) { return pointwise(op::Tanh{}, x); }
inline Tensor silu(const Tensor& x) { return pointwise(op::Silu{}, x); }
inline Tensor gelu(const Tensor& x) { return pointwise(op::Gelu{}, x); }
inline Tensor gelu_tanh(const Tensor& x) { return pointwise(op::GeluTanh{}, x); }
inline Tensor leaky_relu(const Tensor& x, double slope) { return pointwise(op::LeakyRelu{slope}, x); }
inline Tensor leaky_relu(const Tensor& x) { return leaky_relu(x, 0.01); }
inline Tensor elu(const Tensor& x, double alpha) { return pointwise(op::Elu{alpha}, x); }
inline Tensor elu(const Tensor& x) { return elu(x, 1.0); }
inline Tensor softplus(const Tensor& x) { return pointwise(op::Softplus{}, x); }
inline Tensor exp(const Tensor& x) { return pointwise(op::Exp{}, x); }
inline Tensor log(const Tensor& x) { return pointwise(op::Log{}, x); }
inline Tensor log1p(const Tensor& x) { return pointwise(op::Log1p{}, x); }
inline Tensor sqrt(const Tensor& x) { return pointwise(op::Sqrt{}, x); }
inline Tensor square(const Tensor& x) { return pointwise(op::Square{}, x); }
inline Tensor abs(const Tensor& x) { return pointwise(op::Abs{}, x); }
inline Tensor reciprocal(const Tensor& x) { return pointwise(op::Reciprocal{}, x); }
inline Tensor sin(const Tensor& x) { return pointwise(op::Sin{}, x); }
inline Tensor cos(const Tensor& x) { return pointwise(op::Cos{}, x); }
inline Tensor erf(const Tensor& x) { return pointwise(op::Erf{}, x); }
inline Tensor clamp(const Tensor& x, double low, double high) { return pointwise(op::Clamp{low, high}, x); }
inline Tensor pow(const Tensor& x, double exponent) { return pointwise(op::PowScalar{exponent}, x); }

}  // namespace lepton

#endif
