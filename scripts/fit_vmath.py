# Fits the polynomials of kernels/cpu/vmath.hpp and prints kernels/cpu/vmath_coefficients.hpp.
#
#   python3 -m venv build/fit && build/fit/bin/pip install numpy mpmath
#   build/fit/bin/python scripts/fit_vmath.py > kernels/cpu/vmath_coefficients.hpp     (one second)
#
# Method: P(t)/Q(t) is fitted to f by linear least squares on P - f Q, with weights that Lawson's iteration
# moves to where the error is largest, so that it ends near the minimax (Lawson 1961). Coefficients are
# rounded to f32 one at a time, and the others fitted again, to absorb what the rounding did.
import textwrap

import mpmath as mp
import numpy as np

mp.mp.dps = 40
POINTS = 600
LAWSON_STEPS = 60


def literal(value):
    text = f"{value:.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")


def solve(t, f, allowed, p_known, q_known, size_p, size_q):
    """One Lawson fit with the known coefficients held: P, Q, and the largest error as a part of `allowed`."""
    scale = max(abs(t))
    p_free = [j for j in range(size_p) if j not in p_known]
    q_free = [j for j in range(size_q) if j not in q_known]
    columns = np.array([(t / scale) ** j for j in p_free] + [-f * (t / scale) ** j for j in q_free]).T
    known = sum(f * v * t**j for j, v in q_known.items()) - sum(v * t**j for j, v in p_known.items())
    weight, q_value, best = np.ones_like(t), np.ones_like(t), (None, None, np.inf)
    for _ in range(LAWSON_STEPS):
        row = np.sqrt(weight) / (allowed * q_value)
        c = np.linalg.lstsq(columns * row[:, None], known * row, rcond=None)[0] if columns.size else []
        p_all = p_known | {j: v / scale**j for j, v in zip(p_free, c)}
        q_all = q_known | {j: v / scale**j for j, v in zip(q_free, c[len(p_free):])}
        p, q = [p_all[j] for j in range(size_p)], [q_all[j] for j in range(size_q)]
        q_value = np.polyval(q[::-1], t)
        error = np.abs(np.polyval(p[::-1], t) / q_value - f) / allowed
        if error.max() < best[2]: best = (p, q, error.max())
        weight = weight * (error + 1e-3 * error.max())
        weight /= weight.sum()
    return best


def fit(name, formula, function, low, high, size_p, size_q=1, allowed=lambda t, f: abs(f), p_known={},
        q_known={0: 1.0}):
    """Prints kNAMEP (and kNAMEQ) for `function` on [low, high]; errors count as parts of allowed(t, f)."""
    t = 0.5 * (low + high) + 0.5 * (high - low) * np.cos((np.arange(POINTS) + 0.5) * np.pi / POINTS)
    f = np.array([float(function(mp.mpf(x))) for x in t])
    size = np.array([allowed(x, y) for x, y in zip(t, f)])
    p_known, q_known = dict(p_known), dict(q_known)
    for side, known, count in ((0, p_known, size_p), (1, q_known, size_q)):
        for j in range(count):
            if j not in known:
                known[j] = float(np.float32(solve(t, f, size, p_known, q_known, size_p, size_q)[side][j]))
    p, q, error = solve(t, f, size, p_known, q_known, size_p, size_q)
    print(f"// {formula}: error {error:.1e} of the value")
    for letter, c in (("P", p), ("Q", q))[: 2 if size_q > 1 else 1]:
        text = f"constexpr float k{name}{letter}[] = {{" + ", ".join(map(literal, c)) + "};"
        print(textwrap.fill(text, 108, subsequent_indent="    "))
    print()


def constants(name, value, parts):
    """Prints `value` as a sum of floats, each the leading 24 bits of what the ones before leave."""
    for i in range(parts):
        unit = mp.mpf(2) ** (mp.frexp(value)[1] - 24)
        part = mp.floor(value / unit) * unit
        print(f"constexpr float k{name}{i} = {literal(float(part))};")
        value -= part


if __name__ == "__main__":
    print("// Coefficients of vmath.hpp, lowest power first. Written by scripts/fit_vmath.py; do not edit.")
    print("#pragma once\n\n#include \"kernels/cpu/isa.hpp\"\n")
    print("namespace lepton::kernels::cpu::LEPTON_ISA {\n")
    root, half_ln2, half_pi = mp.sqrt, 1.0001 * float(mp.log(2) / 2), 1.001 * float(mp.pi) / 2
    fit("Exp", "e^r = 1 + r + r^2 P(r), |r| < ln(2)/2", lambda r: (mp.expm1(r) - r) / r**2,
        -half_ln2, half_ln2, 5, allowed=lambda t, f: np.exp(t) / max(t * t, 1e-9))
    fit("Log", "log(1 + f) = f - f^2/2 + f^3 P(f), -1/4 < f < 1/2",
        lambda f: (mp.log1p(f) - f + f**2 / 2) / f**3,
        -0.25, 0.5, 8, allowed=lambda t, f: abs(np.log1p(t)) / max(abs(t) ** 3, 1e-9))
    # With y = 2h / (1 + h^2), as tanh(x) from h = tanh(x/2), errors of h hardly count where h is near 1.
    # P(0) is chosen so that P and Q, which for small x are near their first coefficients, round little.
    half = lambda y: y / (1 + root((1 - y) * (1 + y)))
    of_y = lambda t, f: f * (1 + t * f * f) / (1 - t * f * f)
    fit("Tanh", "tanh(x) = 2h / (1 + h^2), h = x P(x^2) / Q(x^2), |x| < 9.01",
        lambda z: half(mp.tanh(root(z))) / root(z), 1e-12, 9.01**2, 3, 4, of_y, {0: 0.875}, {0: 1.75})
    fit("Erf", "erf(x) = 2h / (1 + h^2), h = x P(x^2) / Q(x^2), |x| < 3.92",
        lambda z: half(mp.erf(root(z))) / root(z), 1e-12, 3.92**2, 5, 4, of_y, {0: 1.0}, {})
    fit("Sin", "sin(r) = r + r^3 P(r^2), |r| < pi/2", lambda z: (mp.sin(root(z)) - root(z)) / root(z) ** 3,
        1e-8, half_pi**2, 4, allowed=lambda t, f: np.sin(np.sqrt(t)) / np.sqrt(t) / t)
    print("// Sums of floats, each the leading 24 bits of what is left of ln 2 and of pi.")
    constants("LnTwo", mp.log(2), 2)
    constants("Pi", mp.pi, 3)
    print("\n}  // namespace lepton::kernels::cpu::LEPTON_ISA")
