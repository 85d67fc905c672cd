#!/usr/bin/env python3
"""Writes ops_second.txt: second derivatives. The function of a case is a weighted sum of another's gradients, so that its
gradients are those of double backward. Usage: second.py, with torch."""
import torch
from torch.nn import functional as F
from torch_cases import Index, Real, case, family, wave

x34, x232 = Real(3, 4), Real(2, 3, 2)


def gradients(function):
    def total(*x):
        y = function(*x)
        reals = [t for t in x if t.requires_grad]
        grads = torch.autograd.grad((y * wave(y.shape, 3.0)).sum(), reals, create_graph=True)
        return sum((g * wave(g.shape, 4.0 + i)).sum() for i, g in enumerate(grads))
    return total


def second(name, text, function, *inputs):
    case("second_" + name, text, gradients(function), *inputs)


def with_zeros(t, count):
    """t, a vector or rows, with 0 in the first places."""
    return t * (torch.arange(t.shape[-1]) >= count)


@family("second")
def derivatives():
    for zeros in (0, 1, 2, 3, 4):
        second("prod", f"{zeros} zeros", lambda t: with_zeros(t, zeros).prod(-1), x34)
        second("cumprod", f"{zeros} zeros", lambda t: with_zeros(t, zeros).cumprod(-1), x34)
    for axis in (0, 1, -1):
        second("softmax", f"{axis}", lambda t: F.softmax(t, axis), x232)
        second("log_softmax", f"{axis}", lambda t: F.log_softmax(t, axis), x232)
        second("logsumexp", f"{axis}", lambda t: t.logsumexp(axis), x232)
        second("norm", f"{axis}", lambda t: torch.linalg.vector_norm(t, 2, (axis,)), x232)
        second("cumsum_of_squares", f"{axis}", lambda t: torch.cumsum(t * t, axis), x232)
        second("logcumsumexp", f"{axis}", lambda t: torch.logcumsumexp(t, axis), x232)
    for size, last in (((3, 4), (4,)), ((2, 3, 2), (3, 2)), ((5, 2), (2,))):
        second("layer_norm", f"{size} {last}", lambda t, w, b: F.layer_norm(t, last, w, b), Real(*size), Real(*last), Real(*last))
    for stride, padding in ((1, 0), (2, 1), (1, 2)):
        second("conv2d", f"stride={stride} padding={padding}", lambda t, w, b: F.conv2d(t, w, b, stride, padding),
               Real(2, 2, 4, 5), Real(3, 2, 3, 2), Real(3))
    for size in ((4, 3), (3, 2, 4), (2, 2, 3, 2)):
        second("batch_norm", f"{size}", lambda t, w, b: F.batch_norm(t, None, None, w, b, True), Real(*size),
               Real(size[1]), Real(size[1]))
    for a, b in (((3, 4), (4, 2)), ((2, 3, 4), (4, 2)), ((4,), (4, 3))):
        second("matmul", f"{a} {b}", torch.matmul, Real(*a), Real(*b))
        second("div", f"{a[-1:]}", torch.div, Real(*a), Real(*a[-1:], low=0.5))
    for name, low, high in (("gelu", -3, 3), ("silu", -3, 3), ("tanh", -2, 2), ("erf", -2, 2), ("erfinv", -0.9, 0.9),
                            ("lgamma", -2.8, 6), ("softplus", -3, 3)):
        second(name, "", getattr(F if hasattr(F, name) else torch, name), Real(3, 4, low=low, high=high))
    for size in ((3, 4), (5, 2)):
        second("cross_entropy", f"{size}", F.cross_entropy, Real(*size), Index(size[0], n=size[1]))
