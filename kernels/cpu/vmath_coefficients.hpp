// Coefficients of vmath.hpp, lowest power first. Written by scripts/fit_vmath.py; do not edit.
#pragma once

#include "kernels/cpu/isa.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

// e^r = 1 + r + r^2 P(r), |r| < ln(2)/2: error 3.1e-09 of the value
constexpr float kExpP[] = {0.49999994f, 0.166665211f, 0.0416682623f, 0.00836867094f, 0.00138209993f};

// log(1 + f) = f - f^2/2 + f^3 P(f), -1/4 < f < 1/2: error 4.9e-09 of the value
constexpr float kLogP[] = {0.333334506f, -0.250001043f, 0.199908197f, -0.166469991f, 0.144783214f,
    -0.131638736f, 0.104688786f, -0.0451120548f};

// tanh(x) = 2h / (1 + h^2), h = x P(x^2) / Q(x^2), |x| < 9.01: error 7.7e-09 of the value
constexpr float kTanhP[] = {0.875f, 0.0260556154f, 0.000100049161f};
constexpr float kTanhQ[] = {1.75f, 0.197944507f, 0.00211220258f, 2.15405885e-06f};

// erf(x) = 2h / (1 + h^2), h = x P(x^2) / Q(x^2), |x| < 3.92: error 3.2e-08 of the value
constexpr float kErfP[] = {1.0f, 0.14314419f, 0.0177273694f, 0.000567699957f, -6.0693169e-06f};
constexpr float kErfQ[] = {1.7724539f, 0.280344456f, 0.063401252f, 0.00404074229f};

// sin(r) = r + r^3 P(r^2), |r| < pi/2: error 6.3e-09 of the value
constexpr float kSinP[] = {-0.166666597f, 0.00833306927f, -0.000198097681f, 2.60605384e-06f};

// Sums of floats, each the leading 24 bits of what is left of ln 2 and of pi.
constexpr float kLnTwo0 = 0.693147123f;
constexpr float kLnTwo1 = 5.76999888e-08f;
constexpr float kPi0 = 3.1415925f;
constexpr float kPi1 = 1.50995788e-07f;
constexpr float kPi2 = 1.07806051e-14f;

}  // namespace lepton::kernels::cpu::LEPTON_ISA
