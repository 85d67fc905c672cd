#!/usr/bin/env python3
"""Writes ops_products, ops_shape, ops_logic and ops_choice.txt: matrices, views, operators, and what an index or a mask
chooses. Usage: tensors.py, with torch."""
import torch
from torch import inf, nan
from torch_cases import Index, Real, case, family, layer, pairs

x34, x234, x5 = Real(3, 4), Real(2, 3, 4), Real(5)


def join(parts):
    """Pieces in one vector, each with a weight of its own."""
    return torch.cat([(i + 1) * p.reshape(-1) for i, p in enumerate(parts)])


def special(t):
    """t with NaN above 1, inf below -1, and -inf near 0."""
    return t.masked_fill(t > 1, nan).masked_fill(t < -1, inf).masked_fill(t.abs() < 0.5, -inf)


@family("products")
def products():
    for a, b in (((3, 4), (4, 5)), ((4,), (4,)), ((3, 4), (4,)), ((4,), (4, 5)), ((4,), (2, 4, 3)), ((2, 3, 4), (4,)),
                 ((2, 3, 4), (2, 4, 5)), ((3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5)), ((2, 1, 3, 4), (3, 4, 2)),
                 ((2, 1, 2, 3), (1, 3, 3, 2)), ((1, 1), (1, 1))):
        case("matmul", f"{a} {b}", torch.matmul, Real(*a), Real(*b))
    for size in ((3, 4), (4,), (2, 3, 4), (2, 1, 2, 4), (1, 4)):
        case("linear", f"{size}", torch.nn.functional.linear, Real(*size), Real(5, 4), Real(5))
        case("linear_without_bias", f"{size}", torch.nn.functional.linear, Real(*size), Real(2, 4))
    for wide, narrow, bias, size in ((4, 2, True, (3, 4)), (4, 1, False, (3, 4)), (3, 3, True, (2, 2, 3)),
                                     (2, 5, True, (2,)), (2, 3, False, (1, 2))):
        layer("Linear", f"in={wide} out={narrow} bias={bias}", torch.nn.Linear(wide, narrow, bias), Real(*size))
    for m, n in ((3, 4), (1, 1), (5, 2), (2, 1), (1, 6)):
        case("outer", f"{m} {n}", torch.outer, Real(m), Real(n))
        case("dot", f"{m * n}", torch.dot, Real(m * n), Real(m * n))
        case("kron", f"{m} {n}", torch.kron, Real(m, 2), Real(n))
        case("trace", f"{m} {n}", torch.trace, Real(m, n))
        case("mv", f"{m} {n}", torch.mv, Real(m, n), Real(n))
        case("bmm", f"{m} {n}", torch.bmm, Real(2, m, n), Real(2, n, 3))
    for beta, alpha, size in ((1, 1, (3, 2)), (0.5, 2, (2,)), (0, 1, (3, 2)), (-1, 0.25, (3, 1)), (2, -3, ())):
        for name, a, b in (("addmm", (3, 4), (4, 2)), ("baddbmm", (2, 3, 4), (2, 4, 2))):
            case(name, f"beta={beta} alpha={alpha}", lambda c, p, q: getattr(torch, name)(c, p, q, beta=beta, alpha=alpha),
                 Real(*size), Real(*a), Real(*b))
        case("addmv", f"beta={beta} alpha={alpha}", lambda c, p, q: torch.addmv(c, p, q, beta=beta, alpha=alpha),
             Real(*([3] if size else [])), x34, Real(4))
    for count, a, b in ((1, (2, 3), (3, 4)), (2, (2, 3, 4), (3, 4, 2)), (0, (2,), (3,)), (1, (4,), (4, 2)), (2, (3, 4), (3, 4))):
        case("tensordot", f"{count}", lambda p, q: torch.tensordot(p, q, count), Real(*a), Real(*b))
    for axes, a, b in ((([1], [0]), (2, 3), (3, 4)), (([0], [1]), (3, 2), (4, 3)), (([0, 2], [1, 0]), (2, 3, 4), (4, 2)),
                       (([-1, 0], [0, 1]), (2, 3, 4), (4, 2, 3)), (([], []), (2,), (2, 2))):
        case("tensordot_axes", f"{axes}", lambda p, q: torch.tensordot(p, q, axes), Real(*a), Real(*b))
    for axis, a, b in ((-1, (3,), (3,)), (-1, (2, 3), (2, 3)), (0, (3, 2), (3, 2)), (1, (2, 3, 2), (2, 3, 2)), (-1, (2, 1, 3), (1, 4, 3))):
        case("cross", f"{axis}", lambda p, q: torch.linalg.cross(p, q, dim=axis), Real(*a), Real(*b))
    for letters, sizes in (("...ij,...jk->...ik", [(2, 2, 3), (3, 2)]), ("i...,i->...", [(3, 2, 2), (3,)]),
                           ("...ii->...i", [(2, 3, 3)]), ("b...,...", [(2, 3), (3,)]), ("...j,jk", [(2, 1, 3), (3, 2)]),
                           ("...a,...a->...", [(2, 1, 3), (4, 3)])):
        case("einsum_ellipsis", letters, lambda *t: torch.einsum(letters, *t), *[Real(*n) for n in sizes])


@family("shape")
def shape():
    for axis, sizes in ((0, (2, 3)), (1, (3, 2)), (-1, (3, 2)), (0, (1, 1, 4)), (1, (1, 3, 2))):
        parts = [Real(*([n, 4] if axis == 0 else [3, n])) for n in sizes]
        case("cat", f"{axis} {sizes}", lambda *t: torch.cat(t, axis), *parts)
    for axis in (0, 1, 2, -1, -2):
        case("stack", f"{axis}", lambda *t: torch.stack(t, axis), x34, x34, x34)
        case("unbind", f"{axis}", lambda t: join(torch.unbind(t, axis)), x234)
        case("unsqueeze", f"{axis}", lambda t: t.unsqueeze(axis), x34)
    for size, axis in ((2, 0), (3, 1), (1, 0), (7, 1), (2, -1)):
        case("split", f"{size} {axis}", lambda t: join(torch.split(t, size, axis)), x34)
        case("chunk", f"{size} {axis}", lambda t: join(torch.chunk(t, size, axis)), x34)
    for sizes, axis in (((1, 2), 0), ((3, 1), 1), ((3,), 0), ((1, 1, 2), -1), ((0, 4), 1)):
        case("split_sizes", f"{sizes} {axis}", lambda t: join(torch.split(t, sizes, axis)), x34)
    for at in (slice(1, 3), slice(0, 4, 2), slice(-3, -1), slice(2, 2), slice(1, 100, 3)):
        case("slice", f"{at.start} {at.stop} {at.step or 1}", lambda t: t[:, at], x34)
    for axes in ((1, 0, 2), (2, 1, 0), (0, 2, 1), (-1, 0, 1), (0, 1, 2)):
        case("permute", f"{axes}", lambda t: t.permute(axes), x234)
    for size in ((4, 6), (-1,), (2, -1, 2, 3), (24, 1), (3, 8)):
        case("reshape", f"{size}", lambda t: t.reshape(size), x234)
        case("reshape_turned", f"{size}", lambda t: t.transpose(0, 2).reshape(size), x234)
    for first, last in ((0, -1), (1, -1), (0, 1), (1, 2), (2, 2)):
        case("flatten", f"{first} {last}", lambda t: torch.flatten(t, first, last), x234)
        layer("Flatten", f"{first} {last}", torch.nn.Flatten(first, last), x234)
    for axis, size in ((1, (3, 4)), (1, (12,)), (0, (2,)), (1, (2, 6)), (1, (2, 2, 3))):
        layer("Unflatten", f"{axis} {size}", torch.nn.Unflatten(axis, size), Real(2, 12))
    for small, large in (((1, 4), (3, 4)), ((3, 1), (3, 4)), ((4,), (2, 4)), ((), (2, 3)), ((2, 1, 1), (2, 2, 3))):
        case("expand", f"{small} {large}", lambda t: t.expand(large), Real(*small))
    for a, b in ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 2)):
        case("moveaxis", f"{a} {b}", lambda t: torch.moveaxis(t, a, b), x234)
        case("transpose", f"{a} {b}", lambda t: t.transpose(a, b), x234)
    for axis, place in ((0, 1), (1, 0), (1, -1), (-1, 2), (2, 3)):
        case("select", f"{axis} {place}", lambda t: t.select(axis, place), x234)
    for place in (0, 1, 2, -1, -3):
        case("operator[]", f"{place}", lambda t: t[place], x34)
    for size, axis in (((1, 3), 0), ((3, 1), 1), ((3, 1), -1), ((2, 1, 3), 1), ((1,), 0)):
        case("squeeze", f"{size} {axis}", lambda t: t.squeeze(axis), Real(*size))
    for sizes in ((2, 3), (1, 4), (3,), (2, 1, 3), (3, 2, 2)):
        case("meshgrid", f"{sizes}", lambda *t: join(torch.meshgrid(*t, indexing="ij")), *[Real(n) for n in sizes])
    for count, axis in ((2, 0), (3, 1), (4, 1), (5, 0), (1, -1)):
        case("tensor_split", f"{count} {axis}", lambda t: join(torch.tensor_split(t, count, axis)), x34)
    for axis, sizes in ((1, (3, 4)), (1, (-1, 6)), (0, (2, 1)), (-1, (12,)), (1, (2, 2, -1))):
        case("unflatten", f"{axis} {sizes}", lambda t: torch.unflatten(t, axis, sizes), Real(2, 12))
    for quarters, axes in ((1, (0, 1)), (2, (0, 1)), (-1, (1, 2)), (3, (0, 2)), (4, (2, 1))):
        case("rot90", f"{quarters} {axes}", lambda t: torch.rot90(t, quarters, axes), x234)
    for k in (0, 1, -1, 3, -2):
        case("tril_indices", f"{k}", lambda: torch.tril_indices(3, 4, k))
        case("triu_indices", f"{k}", lambda: torch.triu_indices(3, 4, k))
    for sizes in (((1, 2),), ((2, 3), (1, 1)), ((1, 2), (2, 1)), ((2, 2), (1, 3), (1, 1)), ((3, 1), (2, 2))):
        case("block_diag", f"{sizes}", torch.block_diag, *[Real(*n) for n in sizes])
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.int64, torch.int8, torch.bool):
        case("cast", f"{str(dtype)[6:]}", lambda t: t.to(dtype).to(torch.float64), x34)


@family("logic")
def logic():
    numbers = (2, 0.5, -1.25, 0, 3)
    with_numbers = {"add_number": lambda t, n: t + n, "sub_number": lambda t, n: t - n, "mul_number": lambda t, n: t * n,
                    "div_number": lambda t, n: t / (n or 7), "number_sub": lambda t, n: n - t,
                    "number_add": lambda t, n: n + t, "number_mul": lambda t, n: n * t, "number_div": lambda t, n: n / t}
    for name, function in with_numbers.items():
        for n in numbers:
            case(name, f"{n}", lambda t: function(t, n), Real(3, 4, low=0.5))
    for name, function in (("add_to", torch.add), ("sub_from", torch.sub), ("mul_by", torch.mul), ("div_by", torch.div)):
        for n in numbers:
            case(name, f"{n}", lambda a, b: function(a, b + n), x34, Real(4, low=4, high=6))
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        for a, b in pairs(-2, 2, -2, 2):
            case(name, "", lambda p, q: getattr(torch, name)(p.round(), q.round()), a, b)
        for n in (-2, -1, 0, 1, 0.5):
            case(name + "_number", f"{n}", lambda t: getattr(torch, name)(t.round(), n), x34)
    for name in ("logical_and", "logical_or", "logical_xor"):
        for a, b in pairs(-1, 1, -1, 1):
            case(name, "", lambda p, q: getattr(torch, name)(p.round(), q.round()), a, b)
    for size in ((3, 4), (2, 3, 2), (5,), (), (1, 2)):
        case("logical_not", f"{size}", lambda t: torch.logical_not(t.round()), Real(*size, low=-1, high=1))
        for name in ("isnan", "isinf", "isfinite"):
            case(name, f"{size}", lambda t: getattr(torch, name)(special(t)), Real(*size))
    for relative, absolute, same_nan in ((1e-5, 1e-8, False), (0, 0.015, False), (0.01, 0, False), (0.1, 0.1, True),
                                         (0, 0, True)):
        case("isclose", f"relative={relative} absolute={absolute} equal_nan={same_nan}",
             lambda a, b: torch.isclose(special(a), special(a) + 0.01 * b.round(), relative, absolute, same_nan),
             x34, Real(4, fixed=True))
        case("allclose", f"relative={relative} absolute={absolute} equal_nan={same_nan}",
             lambda a, b: torch.tensor(torch.allclose(special(a), special(a) + 0.001 * b, relative, absolute, same_nan)),
             x34, Real(4, fixed=True))
    for n in (0, 1, -1, 2, 0.5):
        case("equal", f"{n}", lambda a: torch.tensor(torch.equal(a.round(), a.round() * n)), Real(2, low=0.4, high=0.6))
    for size, among in (((3, 4), (3,)), ((5,), (2, 2)), ((), (4,)), ((2, 3, 2), ()), ((1, 2), (6,))):
        case("isin", f"{size} {among}", lambda a, b: torch.isin(a.round(), b.round()), Real(*size), Real(*among))
    for values in ((0, 1, -1), (0.5, 100, -100), (-3, 0, 0), (1, 2, 3), (7, 7, 7)):
        case("nan_to_num", f"{values}", lambda t: torch.nan_to_num(special(t), *values), x34)


@family("choice")
def choice():
    for size in ((3, 4), (4,), (3, 1), (1,), (1, 4)):
        mask = Real(*size, fixed=True)
        case("masked_select", f"{size}", lambda t, m: torch.masked_select(t, m > -0.5), x34, mask)
    for size in ((3, 4), (5,), (2, 3, 2), (1, 2), (2, 1, 3)):
        case("nonzero", f"{size}", lambda t: torch.nonzero(t.abs() > 1), Real(*size))
        case("unique", f"{size}", lambda t: join(torch.unique(t.round(), return_inverse=True, return_counts=True)),
             Real(*size, fixed=True))
    for size, n in (((2, 3), 4), ((5,), 3), ((), 2), ((1, 2), 5), ((3, 1, 2), 3)):
        case("one_hot", f"{size} {n}", lambda i: torch.nn.functional.one_hot(i, n), Index(*size, n=n))
        case("embedding", f"{size}", lambda w, i: torch.nn.functional.embedding(i, w), Real(5, 3), Index(*size, n=5))
    for axis, count, t in ((0, 2, x34), (1, 5, x34), (-1, 3, x234), (1, 1, x234), (0, 7, x5)):
        n = t.shape[axis]
        case("index_select", f"{axis}", lambda v, i: torch.index_select(v, axis, i), t, Index(count, n=n))
    # Places that differ, which is what scatter is defined for.
    for axis, size, source in ((0, (3, 4), (2, 4)), (1, (3, 4), (3, 4)), (-1, (2, 3, 2), (2, 3, 1)),
                               (1, (2, 3, 2), (2, 2, 2)), (0, (5,), (4,))):
        case("scatter", f"{axis} {source}", lambda t, s: torch.scatter(t, axis, s.detach().argsort(axis), s),
             Real(*size), Real(*source))
        case("scatter_number", f"{axis} {source}", lambda t, s: torch.scatter(t, axis, s.argsort(axis), 1.5),
             Real(*size), Real(*source, fixed=True))
        case("take_along_dim", f"{axis} {source}", lambda t, s: torch.take_along_dim(t, s.argsort(axis), axis),
             Real(*size), Real(*source, fixed=True))
    for axis, count, t in ((0, 2, x34), (1, 3, x34), (-1, 4, x234), (1, 2, x234), (0, 5, x5)):
        index = Index(count, n=t.shape[axis])  # these counts have no place twice
        rows = Real(*[count if i == axis % len(t.shape) else n for i, n in enumerate(t.shape)])
        case("index_add", f"{axis}", lambda v, i, s: torch.index_add(v, axis, i, s, alpha=0.5), t, index, rows)
        case("index_copy", f"{axis}", lambda v, i, s: torch.index_copy(v, axis, i, s), t, index, rows)
        case("index_fill", f"{axis}", lambda v, i: torch.index_fill(v, axis, i, -1.5), t, index)
    for count in (1, 4, 7, 12, 20):
        case("put_add", f"{count}", lambda t, i, s: torch.Tensor.put(t, i, s, accumulate=True), x34, Index(count, n=12), Real(count))
    for size in ((3, 4), (4,), (3, 1), (1,), (1, 4)):
        case("masked_scatter", f"{size}", lambda t, m, s: torch.masked_scatter(t, m > 0, s), x34, Real(*size, fixed=True), Real(12))
    for axis, keep in ((0, False), (1, False), (-1, True), (0, True), (-2, False)):
        case("median_half", f"{axis} {keep}",
             lambda t: torch.median(t.to(torch.float16), axis, keep)[0].to(torch.float64), x34)
    start, other = Real(3, 4, fixed=True), Real(4, fixed=True)
    for n in (2, 0.5, -1.25, 0, 3):
        case("add_", f"{n}", lambda a, b: a.add_(b, alpha=n), start, other)
        case("mul_", f"{n}", lambda a: a.mul_(n), start)
        case("fill_", f"{n}", lambda a: a.fill_(n), start)
        case("copy_", f"{n}", lambda a, b: a.copy_(b * n), start, other)
        case("index_put_", f"{n}", lambda a, i, b: a.index_put_((i,), b * n, accumulate=n > 0), start, Index(2, n=3), other)
