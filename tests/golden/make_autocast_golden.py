#!/usr/bin/env python3
"""Makes autocast_linear.txt: a linear layer under PyTorch's autocast, its result and gradients, a line each.

Arguments are sines of their index, which autocast_test.cpp computes as well. The bias and the gradient that comes in
are rounded to bf16 first: PyTorch would round them, lepton does not.

    python3 -m venv v && v/bin/pip install torch && v/bin/python tests/golden/make_autocast_golden.py
"""
from pathlib import Path

import torch
from torch.nn import functional as F


def wave(shape, scale, phase):
    n = torch.Size(shape).numel()
    return (torch.sin(torch.arange(n, dtype=torch.float64) * 0.7391 + phase) * scale).reshape(shape).float()


def main():
    x, w, b = (wave((12, 40), 1.0, 0.5).requires_grad_(), wave((9, 40), 0.4, 0.1).requires_grad_(),
               wave((9,), 1.0, 0.2).bfloat16().float().requires_grad_())
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = F.linear(x, w, b)
    assert y.dtype == torch.bfloat16
    y.backward(wave((12, 9), 1.0, 0.3).bfloat16())
    lines = [" ".join(f"{v:.9g}" for v in t.detach().float().flatten().tolist()) for t in (y, x.grad, w.grad, b.grad)]
    Path(__file__).with_name("autocast_linear.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
