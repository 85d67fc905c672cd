#!/usr/bin/env python3
"""Writes ops_*.txt: what PyTorch makes of functions of tensors, a file a family. Usage: ops.py, with torch."""
import torch
from torch_cases import Index, Real, case, family, pairs

SHAPES = [(3, 4), (2, 3, 2), (5,), (), (1, 2)]


def inputs(low, high):
    return [Real(*shape, low=low, high=high) for shape in SHAPES]


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


@family("reduce")
def reduce():
    x34, x232, x5 = Real(3, 4), Real(2, 3, 2), Real(5)
    choices = [((0,), False, x34), ((-1,), True, x34), ((0, 2), False, x232), ((1,), True, x232), ((0,), False, x5)]

    def each(name, function):
        for axes, keep, x in choices:
            case(name, f"axes {axes} keep {keep}", lambda t: function(t, axes, keep), x)

    each("sum", lambda x, d, k: x.sum(d, k))
    each("mean", lambda x, d, k: x.mean(d, k))
    each("max", lambda x, d, k: x.amax(d, k))
    each("min", lambda x, d, k: x.amin(d, k))
    each("logsumexp", lambda x, d, k: x.logsumexp(d, k))
    each("variance", lambda x, d, k: x.var(d, correction=1, keepdim=k))
    each("variance_0", lambda x, d, k: x.var(d, correction=0, keepdim=k))
    each("standard_deviation", lambda x, d, k: x.std(d, correction=1, keepdim=k))
    each("any", lambda x, d, k: (x > 1).any(d[0], k) if len(d) == 1 else (x > 1).any(2).any(0))
    each("all", lambda x, d, k: (x > -1).all(d[0], k) if len(d) == 1 else (x > -1).all(2).all(0))
    for p in (1, 2, 3, float("inf"), 0.5):
        case("norm", f"{p}", lambda x: torch.linalg.vector_norm(x, p, (1,)), Real(3, 4, low=0.2))
    for axis, keep, x in ((0, False, x34), (-1, True, x34), (1, False, x232), (2, False, x232), (0, True, x5)):
        text = f"axis {axis} keep {keep}"
        case("prod", text, lambda t: torch.prod(t, axis, keep), x)
        case("max_at", text, lambda t: torch.max(t, axis, keep)[0], x)
        case("min_at", text, lambda t: torch.min(t, axis, keep)[0], x)
        case("median", text, lambda t: torch.median(t, axis, keep)[0], x)
        case("argmax", text, lambda t: torch.argmax(t, axis, keep), x)
        case("argmin", text, lambda t: torch.argmin(t, axis, keep), x)
        case("cumsum", text, lambda t: torch.cumsum(t, axis), x)
        case("cumprod", text, lambda t: torch.cumprod(t, axis), x)
        # Rounded, some factors are 0.
        case("cumprod_of_zeros", text, lambda t: torch.cumprod(t * (t.abs() > 0.7), axis), x)
        case("argsort", text, lambda t: torch.argsort(t, dim=axis, stable=True), x)
        case("sort", text, lambda t: torch.sort(t, axis)[0], x)
        case("sort_descending", text, lambda t: torch.sort(t, axis, descending=True)[0], x)
        case("topk", text, lambda t: torch.topk(t, 2, axis)[0], x)
        case("smallest", text, lambda t: torch.topk(t, 2, axis, largest=False)[0], x)
    for axis, x, index in ((0, x34, Index(2, 4, n=3)), (1, x34, Index(3, 6, n=4)), (-1, x232, Index(2, 3, 3, n=2)),
                           (1, x232, Index(1, 4, 2, n=3)), (0, x5, Index(7, n=5))):
        case("gather", f"axis {axis}", lambda t, i: torch.gather(t, axis, i), x, index)
        case("scatter_add", f"axis {axis}", lambda t, i, s: torch.scatter_add(t, axis, i, s), x, index,
             Real(*index.shape))
    for shape in ((2, 3), (4,), (), (1, 2), (3, 1)):
        case("take", "", torch.take, x34, Index(*shape, n=12))


@family("arrange")
def arrange():
    x = Real(3, 4)
    for sides, value in (((1, 0, 2, 3), 0), ((0, 2), 1.5), ((1, 1, 1, 1), -1), ((-1, 1, 1, -2), 0), ((0, 0, 3, 0), 2)):
        case("pad", f"{sides} {value}", lambda t: torch.nn.functional.pad(t, sides, "constant", value), x)
    for mode in ("reflect", "replicate", "circular"):
        for sides in ((1, 0, 2, 1), (0, 2, 0, 0), (1, 1, 1, 1), (2, 1, 0, 2), (0, 0, 1, 2)):
            case(mode, f"{sides}", lambda t: torch.nn.functional.pad(t, sides, mode), Real(1, 2, 3, 4))
    for shift, axis in ((1, 0), (-1, 1), (5, 1), (0, 0), (-7, 0)):
        case("roll", f"{shift} {axis}", lambda t: torch.roll(t, shift, axis), x)
    for axes in ((0,), (1,), (0, 1), (-1,), (-2, 1)):
        case("flip", f"{axes}", lambda t: torch.flip(t, axes), x)
    for times in ((2, 1), (1, 3), (2, 2), (2, 1, 1), (3,)):
        case("tile", f"{times}", lambda t: torch.tile(t, times), x)
    for times, axis in ((2, 0), (3, 1), (1, 0), (2, -1), (4, 0)):
        case("repeat_interleave", f"{times} {axis}", lambda t: torch.repeat_interleave(t, times, axis), x)
    for k in (0, 1, -1, 2, -2):
        case("tril", f"{k}", lambda t: torch.tril(t, k), x)
        case("triu", f"{k}", lambda t: torch.triu(t, k), x)
        case("diagonal", f"{k}", lambda t: torch.diagonal(t, k), x)
        case("diag_embed", f"{k}", lambda t: torch.diag_embed(t, k), Real(2, 3))
    for letters, shapes in (("ij,jk->ik", [(2, 3), (3, 4)]), ("bij,bjk->bki", [(2, 2, 3), (2, 3, 2)]),
                            ("ii->i", [(3, 3)]), ("ij,kj,k->i", [(2, 3), (4, 3), (4,)]), ("ij,ij", [(2, 3), (2, 3)])):
        case("einsum", letters, lambda *t: torch.einsum(letters, *t), *[Real(*s) for s in shapes])
    y, ids, other = Real(3, 4, 5), Index(2, 3, n=4), Index(2, 3, n=3)
    case("index", "[1, 1:-1, ::2]", lambda t: t[1, 1:-1, ::2], y)
    case("index", "[..., None, -2]", lambda t: t[..., None, -2], y)
    case("index", "[:, ids]", lambda t, i: t[:, i], y, ids)
    case("index", "[other, :, ids]", lambda t, i, k: t[k, :, i], y, ids, other)
    case("index", "[other, ids - 4, 1:3]", lambda t, i, k: t[k, i - 4, 1:3], y, ids, other)
    case("index", "[x > 0]", lambda t: t[t > 0], x)

    def put(t, at, values, add=False):
        return torch.index_put(t, at, values, add)

    case("index_put", "[i]", lambda t, i, v: put(t, (i,), v), x, Index(2, n=3), Real(2, 4))
    case("index_put", "[i] add", lambda t, i, v: put(t, (i,), v, True), x, Index(7, n=3), Real(4))
    case("index_put", "[i, k] add", lambda t, i, k, v: put(t, (i, k), v, True), x, Index(5, n=3), Index(5, n=4), Real(5))
    case("index_put", "[mask]", lambda t, v: put(t, (t.detach() > 0,), v), x, Real())
    case("index_put", "[mask] add", lambda t, v: put(t, (t.detach() > 0,), v, True), x, Real())
    for shape in ((3, 4), (4,), (3, 1), (), (1, 4)):
        case("masked_fill", f"{shape}", lambda t, m: t.masked_fill(m > 0, -1.5), x, Real(*shape, fixed=True))
        case("where", f"{shape}", lambda a, b, m: torch.where(m > 0, a, b), x, Real(4), Real(*shape, fixed=True))
