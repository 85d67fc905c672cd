// Formulas of elementary functions beyond the first ones in unary.hpp, which says what a formula is.
#pragma once

#include "lepton/core/formula.hpp"

namespace lepton::op {

/// -1, 0 or 1; NaN gives 0, as in PyTorch. The derivative is 0.
struct Sign {
  static constexpr auto name = "sign";
  static constexpr bool is_linear = true;
  template <class T> LEPTON_HD T value(T x) const {
    return select(x > T(0.0), T(1.0), select(x < T(0.0), T(-1.0), T(0.0)));
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T) const { return g * T(0.0); }
};

/// The largest integer that is not above x. The derivative is 0.
struct Floor {
  static constexpr auto name = "floor";
  static constexpr bool is_linear = true;
  template <class T> LEPTON_HD T value(T x) const { return floor(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T) const { return g * T(0.0); }
};

/// The smallest integer that is not below x. The derivative is 0.
struct Ceil {
  static constexpr auto name = "ceil";
  static constexpr bool is_linear = true;
  template <class T> LEPTON_HD T value(T x) const { return ceil(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T) const { return g * T(0.0); }
};

/// The nearest integer, the even one of two. The derivative is 0.
struct Round {
  static constexpr auto name = "round";
  static constexpr bool is_linear = true;
  template <class T> LEPTON_HD T value(T x) const { return round(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T) const { return g * T(0.0); }
};

/// x without its fraction. The derivative is 0.
struct Trunc {
  static constexpr auto name = "trunc";
  static constexpr bool is_linear = true;
  template <class T> LEPTON_HD T value(T x) const { return trunc(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T) const { return g * T(0.0); }
};

/// x - trunc(x)
struct Frac {
  static constexpr auto name = "frac";
  static constexpr bool is_linear = true;
  template <class T> LEPTON_HD T value(T x) const { return x - trunc(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T) const { return g; }
};

/// 1 / sqrt(x)
struct Rsqrt {
  static constexpr auto name = "rsqrt";
  template <class T> LEPTON_HD T value(T x) const { return T(1.0) / sqrt(x); }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const { return T(-0.5) * g * (y * y * y); }
};

/// e^x - 1, exact to the last digits near 0
struct Expm1 {
  static constexpr auto name = "expm1";
  template <class T> LEPTON_HD T value(T x) const { return expm1(x); }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const { return g * (y + T(1.0)); }
};

struct Log2 {
  static constexpr auto name = "log2";
  template <class T> LEPTON_HD T value(T x) const { return log(x) * T(1.4426950408889634); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g * T(1.4426950408889634) / x; }
};

struct Log10 {
  static constexpr auto name = "log10";
  template <class T> LEPTON_HD T value(T x) const { return log(x) * T(0.43429448190325183); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g * T(0.43429448190325183) / x; }
};

struct Tan {
  static constexpr auto name = "tan";
  template <class T> LEPTON_HD T value(T x) const { return sin(x) / cos(x); }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const { return g * (T(1.0) + y * y); }
};

struct Asin {
  static constexpr auto name = "asin";
  template <class T> LEPTON_HD T value(T x) const { return asin(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g / sqrt(T(1.0) - x * x); }
};

struct Acos {
  static constexpr auto name = "acos";
  template <class T> LEPTON_HD T value(T x) const { return acos(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return -g / sqrt(T(1.0) - x * x); }
};

struct Atan {
  static constexpr auto name = "atan";
  template <class T> LEPTON_HD T value(T x) const { return atan(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g / (T(1.0) + x * x); }
};

/// (e^x + e^-x) / 2, by the square of e^(x/2), which does not overflow before the result does
struct Cosh {
  static constexpr auto name = "cosh";
  template <class T> LEPTON_HD static T of(T x) {
    const T e = exp(T(0.5) * abs(x));
    return T(0.5) * e * e + T(0.5) / (e * e);
  }
  template <class T> LEPTON_HD T value(T x) const { return of(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    const T e = exp(T(0.5) * x);
    return g * (T(0.5) * e * e - T(0.5) / (e * e));
  }
};

/// (e^x - e^-x) / 2; near 0 by e^x - 1, which keeps its digits there
struct Sinh {
  static constexpr auto name = "sinh";
  template <class T> LEPTON_HD T value(T x) const {
    const T a = abs(x), e = exp(T(0.5) * a), less = expm1(minimum(a, T(1.0)));
    const T y =
        select(a > T(1.0), T(0.5) * e * e - T(0.5) / (e * e), T(0.5) * (less + less / (less + T(1.0))));
    return select(x < T(0.0), -y, y);
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g * Cosh::of(x); }
};

/// log(x + sqrt(x^2 + 1))
struct Asinh {
  static constexpr auto name = "asinh";
  template <class T> LEPTON_HD T value(T x) const {
    const T a = abs(x), y = log1p(a + a * (a / (T(1.0) + sqrt(a * a + T(1.0)))));
    return select(x < T(0.0), -y, y);
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g / sqrt(x * x + T(1.0)); }
};

/// log(x + sqrt(x^2 - 1)); NaN below 1
struct Acosh {
  static constexpr auto name = "acosh";
  template <class T> LEPTON_HD T value(T x) const {
    const T t = x - T(1.0);
    return log1p(t + sqrt(t) * sqrt(t + T(2.0)));
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g / sqrt((x - T(1.0)) * (x + T(1.0))); }
};

/// log((1 + x) / (1 - x)) / 2
struct Atanh {
  static constexpr auto name = "atanh";
  template <class T> LEPTON_HD T value(T x) const {
    const T a = abs(x), y = T(0.5) * log1p(T(2.0) * a / (T(1.0) - a));
    return select(x < T(0.0), -y, y);
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g / (T(1.0) - x * x); }
};

/// The formulas of this file, behind those that unary.hpp names.
using MathsOps = TypeList<Sign, Floor, Ceil, Round, Trunc, Frac, Rsqrt, Expm1, Log2, Log10, Tan, Asin, Acos,
                          Atan, Cosh, Sinh, Asinh, Acosh, Atanh>;

}  // namespace lepton::op
