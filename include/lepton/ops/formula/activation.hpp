// Formulas of activations that came after the first ones in unary.hpp, which says what a formula is.
#pragma once

#include "lepton/core/formula.hpp"

namespace lepton::op {

/// elu, scaled so that layers keep mean 0 and variance 1 (Klambauer et al. 2017)
struct Selu {
  static constexpr auto name = "selu";
  static constexpr double kScale = 1.0507009873554805, kAlpha = 1.6732632423543773;
  template <class T> LEPTON_HD T value(T x) const {
    return select(x > T(0.0), x * T(kScale), T(kScale * kAlpha) * (exp(minimum(x, T(0.0))) - T(1.0)));
  }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const {
    return select(y > T(0.0), g * T(kScale), g * (y + T(kScale * kAlpha)));
  }
};

/// x where x > 0, else alpha * (e^(x / alpha) - 1), whose slope at 0 is 1 for any alpha (Barron 2017)
struct Celu {
  static constexpr auto name = "celu";
  double alpha = 1.0;
  template <class T> LEPTON_HD T value(T x) const {
    return select(x > T(0.0), x, T(alpha) * (exp(minimum(x, T(0.0)) * T(1 / alpha)) - T(1.0)));
  }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const {
    return select(y > T(0.0), g, g * (y * T(1 / alpha) + T(1.0)));
  }
};

/// x * tanh(softplus(x)) (Misra 2019). With e = e^x, tanh(log(1 + e)) = e (e + 2) / (e (e + 2) + 2).
struct Mish {
  static constexpr auto name = "mish";
  template <class T> LEPTON_HD T value(T x) const { return x * gate(limited_exp(x)); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    const T e = limited_exp(x), t = gate(e);
    return g * (t + x * (T(1.0) - t * t) * (e / (T(1.0) + e)));
  }

 private:
  /// Where x is above 20 the gate is 1 to the last digit.
  template <class T> LEPTON_HD static T limited_exp(T x) { return exp(minimum(x, T(20.0))); }
  template <class T> LEPTON_HD static T gate(T e) {
    const T n = e * (e + T(2.0));
    return n / (n + T(2.0));
  }
};

/// x / (1 + |x|)
struct Softsign {
  static constexpr auto name = "softsign";
  template <class T> LEPTON_HD T value(T x) const { return x / (T(1.0) + abs(x)); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    const T d = T(1.0) + abs(x);
    return g / (d * d);
  }
};

/// x * relu6(x + 3) / 6 (Howard et al. 2019)
struct Hardswish {
  static constexpr auto name = "hardswish";
  template <class T> LEPTON_HD T value(T x) const {
    return x * (minimum(maximum(x + T(3.0), T(0.0)), T(6.0)) * T(1 / 6.0));
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    return select(x > T(-3.0), select(x < T(3.0), g * (x * T(1 / 3.0) + T(0.5)), g), T(0.0));
  }
};

/// relu6(x + 3) / 6
struct Hardsigmoid {
  static constexpr auto name = "hardsigmoid";
  template <class T> LEPTON_HD T value(T x) const {
    return minimum(maximum(x * T(1 / 6.0) + T(0.5), T(0.0)), T(1.0));
  }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const {
    return select(y > T(0.0), select(y < T(1.0), g * T(1 / 6.0), T(0.0)), T(0.0));
  }
};

/// x limited to [low, high], with derivative 0 at both ends, where that of clamp is 1
struct Hardtanh {
  static constexpr auto name = "hardtanh";
  double low = -1, high = 1;
  template <class T> LEPTON_HD T value(T x) const { return minimum(maximum(x, T(low)), T(high)); }
  template <class T> LEPTON_HD T grad_from_y(T g, T y) const {
    return select(y > T(low), select(y < T(high), g, T(0.0)), T(0.0));
  }
};

/// log(sigmoid(x)), without overflow
struct LogSigmoid {
  static constexpr auto name = "logsigmoid";
  template <class T> LEPTON_HD T value(T x) const { return minimum(x, T(0.0)) - log1p(exp(-abs(x))); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g / (T(1.0) + exp(x)); }
};

/// log(1 + e^(beta x)) / beta, and x itself where beta x is above the threshold
struct ScaledSoftplus {
  static constexpr auto name = "softplus";
  double beta = 1, threshold = 20;
  template <class T> LEPTON_HD T value(T x) const {
    const T z = x * T(beta);
    return select(z > T(threshold), x, (maximum(z, T(0.0)) + log1p(exp(-abs(z)))) * T(1 / beta));
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    const T z = x * T(beta);
    return select(z > T(threshold), g, g / (T(1.0) + exp(-z)));
  }
};

/// x where |x| > lambda, else 0
struct Hardshrink {
  static constexpr auto name = "hardshrink";
  double lambda = 0.5;
  template <class T> LEPTON_HD T value(T x) const {
    return select(x > T(lambda), x, select(x < T(-lambda), x, x - x));  // x - x keeps NaN
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    return select(x > T(lambda), g, select(x < T(-lambda), g, T(0.0)));
  }
};

/// x moved towards 0 by lambda, and 0 where that goes beyond
struct Softshrink {
  static constexpr auto name = "softshrink";
  double lambda = 0.5;
  template <class T> LEPTON_HD T value(T x) const {
    return select(x > T(lambda), x - T(lambda), select(x < T(-lambda), x + T(lambda), x - x));
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    return select(x > T(lambda), g, select(x < T(-lambda), g, T(0.0)));
  }
};

/// x - tanh(x)
struct Tanhshrink {
  static constexpr auto name = "tanhshrink";
  template <class T> LEPTON_HD T value(T x) const { return x - tanh(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const {
    const T t = tanh(x);
    return g * t * t;
  }
};

/// x where it is above the threshold, else a constant
struct Threshold {
  static constexpr auto name = "threshold";
  double limit = 0, below = 0;
  template <class T> LEPTON_HD T value(T x) const {
    return select(x > T(limit), x, select(x == x, T(below), x));  // NaN stays
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return select(x > T(limit), g, T(0.0)); }
};

}  // namespace lepton::op
