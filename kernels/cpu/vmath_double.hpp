// Elementary functions of Vec<double>: the C library's, lane by lane. Included by vmath.hpp.
//
// f64 is there for checking gradients and for golden runs, where accuracy counts and speed does not.
#pragma once

#include "kernels/cpu/vmath_trig.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

LEPTON_INLINE Vec<double> exp(Vec<double> x) { return per_lane(x, [](double t) { return ::exp(t); }); }
LEPTON_INLINE Vec<double> log(Vec<double> x) { return per_lane(x, [](double t) { return ::log(t); }); }
LEPTON_INLINE Vec<double> log1p(Vec<double> x) { return per_lane(x, [](double t) { return ::log1p(t); }); }
LEPTON_INLINE Vec<double> tanh(Vec<double> x) { return per_lane(x, [](double t) { return ::tanh(t); }); }
LEPTON_INLINE Vec<double> erf(Vec<double> x) { return per_lane(x, [](double t) { return ::erf(t); }); }
LEPTON_INLINE Vec<double> sin(Vec<double> x) { return per_lane(x, [](double t) { return ::sin(t); }); }
LEPTON_INLINE Vec<double> cos(Vec<double> x) { return per_lane(x, [](double t) { return ::cos(t); }); }

}  // namespace lepton::kernels::cpu::LEPTON_ISA
