"""Writes what PyTorch makes of a layer or a function: its value, its gradients and its buffers, in doubles.

A case is `case(name, text, function, *inputs)` for a function of tensors, or `layer(name, text, module, *inputs)`. Inputs
and parameters are sines that the test computes as well (layers.hpp reads the files), so that a file holds results only:
of small tensors every number, of others two sums with weights that are sines too, and a few elements.
"""
import os

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
lines = []


def wave(shape, phase):
    n = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return torch.sin(n * n * 0.7391 + phase).reshape(shape)


class Real:
    """Numbers in [low, high]; those of a `fixed` one have no gradient."""

    def __init__(self, *shape, low=-2.0, high=2.0, fixed=False):
        self.shape, self.low, self.high, self.fixed = shape, low, high, fixed

    def make(self, place):
        x = self.low + (self.high - self.low) * (0.5 + 0.5 * wave(self.shape, 0.5 + place))
        return x if self.fixed else x.requires_grad_()

    def text(self):
        return f"{'fixed' if self.fixed else 'real'} {self.low:g} {self.high:g} {sizes(self.shape)}"


class Index:
    """Whole numbers below n."""

    def __init__(self, *shape, n):
        self.shape, self.n = shape, n

    def make(self, place):
        count = torch.Size(self.shape).numel()
        return ((torch.arange(count) * 7 + 3 * place + torch.arange(count) // self.n) % self.n).reshape(self.shape)

    def text(self):
        return f"index {self.n} 0 {sizes(self.shape)}"


def sizes(shape):
    return ",".join(str(n) for n in shape) or "-"


def numbers(t):
    flat = t.detach().double().reshape(-1)
    if flat.numel() > 6:
        sums = [(flat * wave(flat.shape, phase)).sum() for phase in (1.0, 2.0)]
        flat = torch.stack(sums + [flat[flat.numel() * i // 4] for i in (0, 1, 3)])
    return f"{sizes(t.shape)} " + " ".join(f"{v:.8g}" for v in flat.tolist())


def record(name, text, y, inputs, reals, module=None):
    lines.append(f"case {name} {text}".rstrip())
    lines.extend("in " + i.text() for i in inputs)
    named = list(module.named_parameters()) if module else []
    lines.extend(f"param {n} {sizes(p.shape)}" for n, p in named)
    lines.append("y " + numbers(y))
    wanted = reals + [p for _, p in named]
    if y.requires_grad and wanted:
        for g, w in zip(torch.autograd.grad((y * wave(y.shape, 3.0)).sum(), wanted, allow_unused=True), wanted):
            lines.append("grad " + numbers(torch.zeros_like(w) if g is None else g))
    for n, b in (module.named_buffers() if module else ()):
        lines.append(f"buffer {n} {numbers(b)}")


def case(name, text, function, *inputs):
    x = [i.make(place) for place, i in enumerate(inputs)]
    record(name, text, function(*x), inputs, [t for t in x if t.requires_grad])


def layer(name, text, module, *inputs, call=None):
    """Buffers named ..._u and ..._v get sines of length 1, as parameters get sines. `call` stands for the module's own."""
    module = module.double()
    with torch.no_grad():
        for i, p in enumerate(module.parameters()):
            p.copy_(wave(p.shape, 0.1 * (i + 1)))
        for i, (n, b) in enumerate(module.named_buffers()):
            if n.endswith(("_u", "_v")):
                b.copy_(torch.nn.functional.normalize(wave(b.shape, 0.2 * (i + 1)), dim=0))
    x = [i.make(place) for place, i in enumerate(inputs)]
    record(name, text, (call or module)(*x), inputs, [t for t in x if t.requires_grad], module)


def write(family):
    with open(os.path.join(HERE, family + ".txt"), "w") as out:
        out.write(f"# Written by {family}.py with PyTorch {torch.__version__.split('+')[0]}.\n")
        out.write("\n".join(lines) + "\n")
