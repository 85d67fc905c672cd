#!/usr/bin/env python3
"""Writes ops_counting and ops_special.txt: quantiles, running extremes, counts, places in an order; special functions.
Usage: counting.py, with torch."""
import torch
from torch import nan
from torch_cases import Index, Real, case, family, pairs

x34, x234, x5 = Real(3, 4), Real(2, 3, 4), Real(5)
CHOICES = ((0, False, x34), (-1, True, x34), (1, False, x234), (2, True, x234), (0, False, x5))


def holed(t):
    """t with NaN above 1."""
    return t.masked_fill(t > 1, nan)


@family("counting")
def counting():
    modes = ("linear", "lower", "higher", "nearest", "midpoint")
    for (axis, keep, x), q in zip(CHOICES, (0.3, 0.5, 0.77, 0, 1)):
        text = f"axis {axis} keep {keep} "
        for mode in modes:
            for name, of in (("quantile", lambda t: t), ("nanquantile", holed)):
                case(name, f"{text} q={q} interpolation={mode}",
                     lambda t: getattr(torch, name)(of(t), q, axis, keep, interpolation=mode), x)
        several = torch.tensor([0.25, q, 1], dtype=torch.float64)
        case("quantiles", f"{text} q={q}", lambda t: torch.quantile(t, several, axis, keep), x)
        case("nanquantiles", f"{text} q={q}", lambda t: torch.nanquantile(holed(t), several, axis, keep), x)
        case("nansum", text, lambda t: torch.nansum(holed(t), axis, keep), x)
        case("nanmean", text, lambda t: torch.nanmean(holed(t), axis, keep), x)
        case("count_nonzero", text, lambda t: torch.count_nonzero(t.round(), axis), x)
        for name in ("cummax", "cummin"):
            case(name, text, lambda t: getattr(torch, name)(t, axis)[0], x)
            case(name + "_places", text, lambda t: getattr(torch, name)(holed(t.round()), axis)[1], x)
        case("logcumsumexp", text, lambda t: torch.logcumsumexp(t * 9, axis), x)
        for times in (1, 2):
            case("diff", f"{text} {times}", lambda t: torch.diff(t, times, axis), x)
    for correction, size in ((1, (3, 5)), (0, (2, 6)), (1, (6,)), (2, (4, 4)), (1, (5, 3))):
        case("covariance", f"{correction} {size}", lambda t: torch.cov(t, correction=correction), Real(*size))
    for size in ((3, 5), (2, 6), (4, 4), (5, 3), (2, 9)):
        case("correlation", f"{size}", torch.corrcoef, Real(*size))
    for right, size in ((False, (3, 4)), (True, (5,)), (False, ()), (True, (2, 3)), (False, (1, 7))):
        case("searchsorted", f"{right} {size}", lambda a, v: torch.searchsorted(a.sort()[0], v.round(), right=right),
             Real(6), Real(*size))
        case("bucketize", f"{right} {size}", lambda v, a: torch.bucketize(v.round(), a.round().sort()[0], right=right),
             Real(*size), Real(6))
        case("searchsorted_rows", f"{right}", lambda a: torch.searchsorted(a.sort()[0], holed(a), right=right), x34)
    for bins, low, high in ((4, -2, 2), (1, 0, 1), (7, -1, 0.5), (3, -0.35, 0.2), (10, -3, 3)):
        case("histogram", f"{bins} {low} {high}", lambda t: torch.histc(t, bins, low, high), Real(40))
    for count, least in ((5, 0), (9, 3), (1, 0), (12, 20), (4, 6)):
        case("bincount", f"{count} {least}", lambda i: torch.bincount(i, minlength=least), Index(count, n=7))
        case("bincount_weights", f"{count} {least}", lambda i, w: torch.bincount(i, w, least), Index(count, n=7),
             Real(count, fixed=True))
    for p in (2, 1, 3, torch.inf, 1.5):
        case("cdist", f"{p}", lambda a, b: torch.cdist(a, b, p), Real(2, 3, 4), Real(5, 4))
    for p, axis, most in ((2, 0, 1.5), (1, 1, 2), (3, -1, 1), (2, 2, 100), (2, 1, 0.5)):
        case("renorm", f"{p} {axis} {most}", lambda t: torch.renorm(t, p, axis, most), x234)


@family("special")
def special():
    ranges = {"erfinv": (-0.99, 0.99), "lgamma": (-3.8, 9), "digamma": (-3.8, 9), "sinc": (-3, 3), "deg2rad": (-360, 360),
              "rad2deg": (-7, 7)}
    for name, (low, high) in ranges.items():
        for shape in ((3, 4), (2, 3, 2), (5,), (), (1, 2)):
            case(name, f"{shape}", getattr(torch, name), Real(*shape, low=low, high=high))
    for eps in (None, 0.1, 1e-6, 0.25, 0):
        case("logit", f"{eps}", lambda t: torch.logit(t, eps), Real(3, 4, low=0.05, high=0.95))
    for number in (-1, 0, 0.5, 3, -2.5):
        case("clamp_min", f"{number}", lambda t: torch.clamp_min(t, number), x34)
        case("clamp_max", f"{number}", lambda t: torch.clamp_max(t, number), x34)
    for a, b in pairs(-2, 2, 0.2, 3):
        case("xlogy", "", lambda p, q: torch.xlogy(p.round(), q), a, b)
        case("heaviside", "", lambda p, q: torch.heaviside(p.detach().round(), q.detach()), a, b)
    for number in (0.5, -2, 10, 1e-8, 0):
        case("logspace", f"{number}", lambda: torch.logspace(-1, 2, 6, 1.5 + abs(number), dtype=torch.float64))
        case("linspace", f"{number}", lambda: torch.linspace(number, 2, 6, dtype=torch.float64))
        case("arange", f"{number}", lambda: torch.arange(number, 20, 1.5, dtype=torch.float64))
