#!/usr/bin/env python3
"""Makes the golden runs: ten losses and gradient norms of small networks in PyTorch, and what is in a state of theirs.

Weights and data are sines that the tests compute as well, so the files hold results only. The networks are those that
the benchmarks compare with.

    python3 -m venv v && v/bin/pip install torch && v/bin/python tests/golden/make_golden.py
"""
import os
import sys

import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "benchmarks", "peers"))
import torch_models  # noqa: E402  (found by the line above)


def write(name, lines):
    with open(os.path.join(HERE, name), "w") as out:
        out.writelines(lines)


def wave(shape, scale, phase, dtype):
    n = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return (torch.sin(n * 0.7391 + phase) * scale).reshape(shape).to(dtype)


def ripple(shape, scale, phase, dtype):
    """Like noise: a sine of the index's square, so that matrices have full rank."""
    n = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return (torch.sin(n * n * 0.7391 + phase) * scale).reshape(shape).to(dtype)


def mlp():
    return nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 5))


def cnn():
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(8, 16, 3, padding=1, stride=2), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(),
                         nn.Linear(16 * 4 * 4, 10))


def set_small_weights(model, dtype):
    with torch.no_grad():
        for i, p in enumerate(model.parameters()):
            fan_in = p[0].numel() if p.dim() > 1 else p.numel()
            p.copy_(wave(p.shape, fan_in ** -0.5, 0.1 * (i + 1), dtype))


def set_weights(model, dtype):
    """Matrices with the deviation of He et al.; batch norm's weights about 1; biases small."""
    with torch.no_grad():
        for i, (name, p) in enumerate(model.named_parameters()):
            scale = 2 * p[0].numel() ** -0.5 if p.dim() > 1 else 0.1
            p.copy_(ripple(p.shape, scale, 0.1 * (i + 1), dtype))
            if p.dim() == 1 and name.endswith("weight"):
                p.add_(1)


def run(name, model, loss, optimizer, dtype):
    """`loss` takes the number of the step; after ten of them a network with batch norm is evaluated too."""
    lines = []
    for i in range(10):
        optimizer.zero_grad()
        value = loss(i)
        value.backward()
        norm = sum((p.grad.double() ** 2).sum() for p in model.parameters()).sqrt()
        lines.append(f"{value.item():.17g} {norm.item():.17g}\n")
        optimizer.step()
    if any(isinstance(m, nn.BatchNorm2d) for m in model.modules()):
        model.eval()
        with torch.no_grad():
            lines.append(f"{loss(10).item():.17g} 0\n")
    write(f"{name}_{'f64' if dtype == torch.float64 else 'f32'}.txt", lines)


def run_small(dtype):
    optimizers = {"adam": lambda p: torch.optim.Adam(p, lr=1e-2, weight_decay=1e-3),
                  "sgd": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3),
                  "adadelta": lambda p: torch.optim.Adadelta(p, lr=1.0, weight_decay=1e-3)}
    for optimizer, make in optimizers.items():
        for name, net, shape, classes in (("mlp", mlp, (32, 20), 5), ("cnn", cnn, (8, 3, 16, 16), 10)):
            model = net().to(dtype)
            set_small_weights(model, dtype)
            x, y = wave(shape, 1.0, 0.5, dtype), torch.arange(shape[0]) * 7 % classes
            run(f"{name}_{optimizer}", model, lambda _: nn.functional.cross_entropy(model(x), y),
                make(model.parameters()), dtype)


def run_models(dtype):
    vae = torch_models.Vae(20, 16, 4).to(dtype)
    set_weights(vae, dtype)
    x = 0.5 + ripple((32, 20), 0.5, 0.5, dtype)
    noise = [ripple((32, 4), 1.5, 0.3 * i, dtype) for i in range(10)]
    run("vae", vae, lambda i: torch_models.negative_elbo(vae(x, noise[i]), x),
        torch.optim.Adam(vae.parameters(), lr=1e-3), dtype)

    y = torch.arange(8) * 7 % 10
    for name, model, side, lr in (("resnet_cifar", torch_models.ResNet((1, 1, 2, 1), 8, 10, cifar=True), 16, 1e-2),
                                  ("resnet_imagenet", torch_models.ResNet((2, 1, 1, 1), 8, 10, cifar=False), 64, 1e-2),
                                  ("mobilenet_v2", torch_models.MobileNetV2(10, 0.25, dropout=0), 64, 1e-4)):
        model = model.to(dtype)
        set_weights(model, dtype)
        x = ripple((8, 3, side, side), 1.5, 0.5, dtype)
        run(name, model, lambda _: nn.functional.cross_entropy(model(x), y),
            torch.optim.SGD(model.parameters(), lr=lr if dtype == torch.float64 else lr / 100, momentum=0.9), dtype)


def write_states():
    """Names and shapes of what torchvision's networks save: a state that one library wrote, the other reads."""
    for name, model in (("resnet18", torch_models.ResNet(classes=1000, cifar=False)),
                        ("resnet34", torch_models.ResNet((3, 4, 6, 3), classes=1000, cifar=False)),
                        ("mobilenet_v2", torch_models.MobileNetV2())):
        write(f"{name}_state.txt", [f"{key} {list(t.shape)}\n" for key, t in model.state_dict().items()])


def main():
    torch.set_num_threads(1)
    for dtype in (torch.float32, torch.float64):
        run_small(dtype)
        run_models(dtype)
    write_states()


main()
