// Formulas of special functions: the inverse of erf, and the logarithm of the gamma function with its derivatives.
#pragma once

#include "lepton/core/formula.hpp"

namespace lepton::op {

/// c[0] + c[1] x + ... by Horner's rule.
template <class T, class... C> LEPTON_HD T polynomial(T x, double first, C... rest) {
  if constexpr (sizeof...(rest) == 0) return T(first);
  else return T(first) + x * polynomial(x, rest...);
}

/// The x with erf(x) = y, from the normal distribution's quantile by rational functions (Wichura 1988, AS 241)
struct Erfinv {
  static constexpr auto name = "erfinv";
  template <class T> LEPTON_HD T value(T y) const {
    const T a = abs(y), r = sqrt(-log(minimum(T(0.5) - T(0.5) * a, T(0.5))));
    const T x = select(a <= T(0.85), middle(a), select(r <= T(5.0), tail(r - T(1.6)), far_tail(r - T(5.0))));
    const T inside = select(a == T(1.0), T(INFINITY), x);
    return T(0.70710678118654752) * select(y < T(0.0), -inside, inside);
  }
  template <class T> LEPTON_HD T grad_from_y(T g, T x) const {
    return g * T(0.88622692545275801) * exp(x * x);
  }

 private:
  template <class T> LEPTON_HD static T middle(T a) {
    const T q = T(0.5) * a, r = T(0.180625) - q * q;
    return q *
           polynomial(r, 3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427,
                      13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
                      33430.575583588128105, 2509.0809287301226727) /
           polynomial(r, 1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
                      21213.794301586595867, 39307.895800092710610, 28729.085735721942674,
                      5226.4952788528545610);
  }
  template <class T> LEPTON_HD static T tail(T r) {
    return polynomial(r, 1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
                      3.64784832476320460504, 1.27045825245236838258, 0.241780725177450611770,
                      0.0227238449892691845833, 7.74545014278341407640e-4) /
           polynomial(r, 1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
                      0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4,
                      1.05075007164441684324e-9);
  }
  template <class T> LEPTON_HD static T far_tail(T r) {
    return polynomial(r, 6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
                      0.296560571828504891230, 0.0265321895265761230930, 1.24266094738807843860e-3,
                      2.71155556874348757815e-5, 2.01033439929228813265e-7) /
           polynomial(r, 1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
                      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                      2.04426310338993978564e-15);
  }
};

// The gamma function's logarithm and its derivatives by Stirling's series, which is exact enough from 8 on: arguments are
// moved there one by one, and those below a half are reflected (Abramowitz & Stegun 1964, 6.1, 6.3 and 6.4).

/// pi times the distance of x to the nearest whole number, which is exact: for |sin|, sin^2 and tan of pi x
template <class T> LEPTON_HD T turn(T x) { return T(3.1415926535897932) * (x - floor(x + T(0.5))); }

/// Its second derivative
template <class T> LEPTON_HD T trigamma(T x) {
  const T z = select(x < T(0.5), T(1.0) - x, x);
  T sum = T(1.0) / (z * z);
  for (int i = 1; i < 8; ++i) sum = sum + T(1.0) / ((z + T(double(i))) * (z + T(double(i))));
  const T w = T(1.0) / (z + T(8.0)), s = w * w;
  const T y =
      sum + w + T(0.5) * s +
      w * s * polynomial(s, 1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6);
  const T sine = sin(turn(x));
  return select(x < T(0.5), T(9.8696044010893586) / (sine * sine) - y, y);
}

/// Its derivative; NaN at 0, -1, -2, ...
struct Digamma {
  static constexpr auto name = "digamma";
  template <class T> LEPTON_HD static T of(T x) {
    const T z = select(x < T(0.5), T(1.0) - x, x);
    T sum = T(1.0) / z;
    for (int i = 1; i < 8; ++i) sum = sum + T(1.0) / (z + T(double(i)));
    const T v = z + T(8.0), w = T(1.0) / v, s = w * w;
    const T y =
        log(v) - T(0.5) * w - sum -
        s * polynomial(s, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12);
    const T angle = turn(x);
    return select(x < T(0.5), y - T(3.1415926535897932) * cos(angle) / sin(angle), y);
  }
  template <class T> LEPTON_HD T value(T x) const { return of(x); }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g * trigamma(x); }
};

/// log |gamma(x)|; infinite at 0, -1, -2, ...
struct Lgamma {
  static constexpr auto name = "lgamma";
  template <class T> LEPTON_HD T value(T x) const {
    const T z = select(x < T(0.5), T(1.0) - x, x);
    T product = z;
    for (int i = 1; i < 8; ++i) product = product * (z + T(double(i)));
    const T v = select(z < T(8.0), z + T(8.0), z), w = T(1.0) / v, s = w * w;
    const T series = w * polynomial(s, 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188,
                                    -691.0 / 360360, 1.0 / 156);
    const T y = (v - T(0.5)) * (log(v) - T(1.0)) + T(0.41893853320467274) + series -
                log(select(z < T(8.0), product, T(1.0)));
    return select(x < T(0.5), T(1.1447298858494002) - log(abs(sin(turn(x)))) - y, y);
  }
  template <class T> LEPTON_HD T grad_from_x(T g, T x) const { return g * Digamma::of(x); }
};

/// The formulas of this file, behind those that unary.hpp names.
using SpecialOps = TypeList<Erfinv, Digamma, Lgamma>;

}  // namespace lepton::op
