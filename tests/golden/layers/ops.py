#!/usr/bin/env python3
"""Writes ops_*.txt: what PyTorch makes of functions of tensors, a file a family. Usage: ops.py, with torch."""
import torch
from torch_cases import Index, Real, case, lines, write

SHAPES = [(3, 4), (2, 3, 2), (5,), (), (1, 2)]


def inputs(low, high):
    return [Real(*shape, low=low, high=high) for shape in SHAPES]


def pairs(low, high, low2, high2):
    shapes = [((3, 4), (3, 4)), ((2, 3), (3,)), ((2, 1, 2), (3, 1)), ((), (4,)), ((5,), ())]
    return [(Real(*a, low=low, high=high), Real(*b, low=low2, high=high2)) for a, b in shapes]


def family(name):
    def run(body):
        lines.clear()
        body()
        write("ops_" + name)
    return run


@family("maths")
def maths():
    everywhere = (-3, 3)
    ranges = {"exp": everywhere, "log": (0.1, 5), "log1p": (-0.8, 5), "sqrt": (0.1, 5), "square": everywhere,
              "abs": everywhere, "neg": everywhere, "reciprocal": (0.2, 3), "sin": (-9, 9), "cos": (-9, 9),
              "erf": everywhere, "sign": everywhere, "floor": everywhere, "ceil": everywhere, "round": everywhere,
              "trunc": everywhere, "frac": everywhere, "rsqrt": (0.1, 4), "expm1": everywhere, "log2": (0.1, 5),
              "log10": (0.1, 5), "tan": (-1.4, 1.4), "asin": (-0.95, 0.95), "acos": (-0.95, 0.95),
              "atan": (-6, 6), "sinh": everywhere, "cosh": everywhere, "asinh": (-6, 6), "acosh": (1.1, 5),
              "atanh": (-0.95, 0.95)}
    for name, (low, high) in ranges.items():
        for x in inputs(low, high):
            case(name, "", getattr(torch, name), x)
    two = {"add": (-2, 2, -2, 2), "sub": (-2, 2, -2, 2), "mul": (-2, 2, -2, 2), "div": (-2, 2, 0.5, 2),
           "maximum": (-2, 2, -2, 2), "minimum": (-2, 2, -2, 2), "pow": (0.3, 2, -2, 2), "atan2": (-2, 2, -2, 2),
           "fmod": (-7, 7, 0.6, 2.2), "remainder": (-7, 7, 0.6, 2.2), "hypot": (-2, 2, -2, 2),
           "logaddexp": (-4, 4, -4, 4)}
    for name, ranges in two.items():
        for a, b in pairs(*ranges):
            case(name, "", getattr(torch, name), a, b)
    for exponent in (2, 3, -1.5, 0.5, 0):
        case("pow_number", f"{exponent}", lambda x: torch.pow(x, exponent), Real(3, 4, low=0.3, high=2))
    for low, high in ((-1, 1), (0, 0.5), (-5, 5), (-1e30, 0.2), (0.1, 1e30)):
        case("clamp", f"{low} {high}", lambda x: torch.clamp(x, low, high), Real(3, 4))
    for divisor in (1.5, -1.5, 0.7, 3, -0.4):
        case("remainder_number", f"{divisor}", lambda x: torch.remainder(x, divisor), Real(3, 4, low=-5, high=5))
        case("fmod_number", f"{divisor}", lambda x: torch.fmod(x, divisor), Real(3, 4, low=-5, high=5))
    for weight in (0, 0.25, 0.5, 1, -2):
        case("lerp_number", f"{weight}", lambda a, b: torch.lerp(a, b, weight), Real(3, 4), Real(4))
        case("addcmul", f"{weight}", lambda x, a, b: torch.addcmul(x, a, b, value=weight), Real(3, 4), Real(4), Real(3, 1))
        case("addcdiv", f"{weight}", lambda x, a, b: torch.addcdiv(x, a, b, value=weight), Real(3, 4), Real(4),
             Real(3, 1, low=0.5))
    for a, b in pairs(-2, 2, -2, 2):
        case("lerp", "", torch.lerp, a, b, Real())
