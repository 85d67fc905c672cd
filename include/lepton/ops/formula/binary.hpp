// Formulas of the element-by-element functions of two tensors, with their derivatives.
//
// `grad_a(g, a, b)` and `grad_b(g, a, b)` give the gradient of the loss by each argument. They run on
// Tensors, as calls of other ops: a binary backward is composed and can be differentiated again.
#pragma once

#include "lepton/core/formula.hpp"

namespace lepton::op {

struct Add {
  static constexpr auto name = "add";
  template <class T> LEPTON_HD T value(T a, T b) const { return a + b; }
  template <class T> static T grad_a(T g, T, T) { return g; }
  template <class T> static T grad_b(T g, T, T) { return g; }
};

struct Sub {
  static constexpr auto name = "sub";
  template <class T> LEPTON_HD T value(T a, T b) const { return a - b; }
  template <class T> static T grad_a(T g, T, T) { return g; }
  template <class T> static T grad_b(T g, T, T) { return -g; }
};

struct Mul {
  static constexpr auto name = "mul";
  template <class T> LEPTON_HD T value(T a, T b) const { return a * b; }
  template <class T> static T grad_a(T g, T, T b) { return g * b; }
  template <class T> static T grad_b(T g, T a, T) { return g * a; }
};

struct Div {
  static constexpr auto name = "div";
  static constexpr bool real_only = true;
  template <class T> LEPTON_HD T value(T a, T b) const { return a / b; }
  template <class T> static T grad_a(T g, T, T b) { return g / b; }
  template <class T> static T grad_b(T g, T a, T b) { return -g * a / (b * b); }
};

/// The larger; where equal, the gradient goes half to each, as in PyTorch. NaN wins.
struct Maximum {
  static constexpr auto name = "maximum";
  template <class T> LEPTON_HD T value(T a, T b) const { return maximum(a, b); }
  template <class T> static T grad_a(T g, T a, T b) {
    return select(a > b, g, select(a < b, T(0.0), g * T(0.5)));
  }
  template <class T> static T grad_b(T g, T a, T b) {
    return select(b > a, g, select(b < a, T(0.0), g * T(0.5)));
  }
};

/// The smaller; where equal, the gradient goes half to each. NaN wins.
struct Minimum {
  static constexpr auto name = "minimum";
  template <class T> LEPTON_HD T value(T a, T b) const { return minimum(a, b); }
  template <class T> static T grad_a(T g, T a, T b) {
    return select(a < b, g, select(a > b, T(0.0), g * T(0.5)));
  }
  template <class T> static T grad_b(T g, T a, T b) {
    return select(b < a, g, select(b > a, T(0.0), g * T(0.5)));
  }
};

/// a^b, with derivative 0 by a where b is 0, and by b where a is 0
struct Pow {
  static constexpr auto name = "pow";
  static constexpr bool real_only = true;
  template <class T> LEPTON_HD T value(T a, T b) const { return pow(a, b); }
  template <class T> static T grad_a(T g, T a, T b) {
    return select(b == T(0.0), T(0.0), g * b * pow(a, b - T(1.0)));
  }
  template <class T> static T grad_b(T g, T a, T b) {
    const T base = select(a == T(0.0), T(1.0), a);
    return select(a == T(0.0), T(0.0), g * pow(base, b) * log(base));
  }
};

/// The angle of the point (b, a), in (-pi, pi]
struct Atan2 {
  static constexpr auto name = "atan2";
  static constexpr bool real_only = true;
  template <class T> LEPTON_HD T value(T a, T b) const { return atan2(a, b); }
  template <class T> static T grad_a(T g, T a, T b) { return g * b / (a * a + b * b); }
  template <class T> static T grad_b(T g, T a, T b) { return -g * a / (a * a + b * b); }
};

/// What is left of a after b was taken off as often as it fits; it has the sign of a
struct Fmod {
  static constexpr auto name = "fmod";
  static constexpr bool real_only = true;
  template <class T> LEPTON_HD T value(T a, T b) const { return fmod(a, b); }
  template <class T> static T grad_a(T g, T, T) { return g; }
  template <class T> static T grad_b(T g, T a, T b) { return -g * trunc(a / b); }
};

/// a - b * floor(a / b), which has the sign of b
struct Remainder {
  static constexpr auto name = "remainder";
  static constexpr bool real_only = true;
  template <class T> LEPTON_HD T value(T a, T b) const {
    const T rest = fmod(a, b);
    return select(rest * b < T(0.0), rest + b, rest);
  }
  template <class T> static T grad_a(T g, T, T) { return g; }
  template <class T> static T grad_b(T g, T a, T b) { return -g * floor(a / b); }
};

/// Every differentiable formula of two tensors. A new one is added to the end of this list.
using BinaryOps = TypeList<Add, Sub, Mul, Div, Maximum, Minimum, Pow, Atan2, Fmod, Remainder>;

/// A formula that integers are converted for.
template <class O> concept RealOnly = requires { O::real_only; };

struct Equal {
  static constexpr auto name = "eq";
  template <class T> LEPTON_HD auto test(T a, T b) const { return a == b; }
};
struct NotEqual {
  static constexpr auto name = "ne";
  template <class T> LEPTON_HD auto test(T a, T b) const { return a != b; }
};
struct Less {
  static constexpr auto name = "lt";
  template <class T> LEPTON_HD auto test(T a, T b) const { return a < b; }
};
struct LessEqual {
  static constexpr auto name = "le";
  template <class T> LEPTON_HD auto test(T a, T b) const { return a <= b; }
};

/// Comparisons: their result is boolean and has no gradient. Greater is less with the arguments swapped.
using CompareOps = TypeList<Equal, NotEqual, Less, LessEqual>;

}  // namespace lepton::op
