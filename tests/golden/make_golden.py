#!/usr/bin/env python3
"""Makes the golden runs: ten losses and gradient norms of small networks in PyTorch.

Weights and data are sines of their index, which golden_test.cpp computes as well, so the files hold results only.

    python3 -m venv v && v/bin/pip install torch && v/bin/python tests/golden/make_golden.py
"""
import os

import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))


def wave(shape, scale, phase, dtype):
    n = 1
    for s in shape:
        n *= s
    return (torch.sin(torch.arange(n, dtype=torch.float64) * 0.7391 + phase) * scale).reshape(shape).to(dtype)


def mlp():
    return nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 5))


def cnn():
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(8, 16, 3, padding=1, stride=2), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(),
                         nn.Linear(16 * 4 * 4, 10))


def set_weights(model, dtype):
    with torch.no_grad():
        for i, p in enumerate(model.parameters()):
            fan_in = p[0].numel() if p.dim() > 1 else p.numel()
            p.copy_(wave(p.shape, fan_in ** -0.5, 0.1 * (i + 1), dtype))


def run(name, make, x_shape, classes, optimizer, dtype):
    torch.set_num_threads(1)
    model = make().to(dtype)
    set_weights(model, dtype)
    x = wave(x_shape, 1.0, 0.5, dtype)
    y = torch.arange(x_shape[0]) * 7 % classes
    opt = optimizer(model.parameters())
    lines = []
    for _ in range(10):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        norm = sum((p.grad.double() ** 2).sum() for p in model.parameters()).sqrt()
        lines.append(f"{loss.item():.17g} {norm.item():.17g}\n")
        opt.step()
    if name.startswith("cnn"):
        model.eval()
        with torch.no_grad():
            lines.append(f"{nn.functional.cross_entropy(model(x), y).item():.17g} 0\n")
    suffix = "f64" if dtype == torch.float64 else "f32"
    with open(os.path.join(HERE, f"{name}_{suffix}.txt"), "w") as out:
        out.writelines(lines)


def main():
    for dtype in (torch.float32, torch.float64):
        adam = lambda p: torch.optim.Adam(p, lr=1e-2, weight_decay=1e-3)
        sgd = lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3)
        adadelta = lambda p: torch.optim.Adadelta(p, lr=1.0, weight_decay=1e-3)
        for opt_name, opt in (("adam", adam), ("sgd", sgd), ("adadelta", adadelta)):
            run(f"mlp_{opt_name}", mlp, (32, 20), 5, opt, dtype)
            run(f"cnn_{opt_name}", cnn, (8, 3, 16, 16), 10, opt, dtype)


main()
