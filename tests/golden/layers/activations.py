#!/usr/bin/env python3
"""Writes activations.txt: PyTorch's activations. Usage: activations.py, with torch."""
import torch
import torch.nn.functional as F
from torch import nn
from torch_cases import Real, case, layer, write

PLAIN = {"relu": F.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "silu": F.silu, "gelu": F.gelu,
         "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "selu": F.selu, "mish": F.mish,
         "softsign": F.softsign, "hardswish": F.hardswish, "hardsigmoid": F.hardsigmoid, "relu6": F.relu6,
         "logsigmoid": F.logsigmoid, "tanhshrink": F.tanhshrink}
INPUTS = [Real(3, 4), Real(2, 3, 2, 2, low=-8, high=8), Real(5, low=-0.5, high=0.5), Real(7, low=0, high=30),
          Real(2, 9, low=-30, high=0)]

for name, function in PLAIN.items():
    for x in INPUTS:
        case(name, "", function, x)
for slope, x in zip((0.01, 0.2, -0.5, 1.0, 0.0), INPUTS):
    layer("LeakyReLU", f"negative_slope={slope}", nn.LeakyReLU(slope), x)
for alpha, x in zip((1.0, 0.5, 2.0, 0.1, 1.5), INPUTS):
    layer("ELU", f"alpha={alpha}", nn.ELU(alpha), x)
    layer("CELU", f"alpha={alpha}", nn.CELU(alpha), x)
for (beta, threshold), x in zip(((1, 20), (2, 5), (0.5, 20), (3, 10), (1, 1)), INPUTS):
    layer("Softplus", f"beta={beta}, threshold={threshold}", nn.Softplus(beta, threshold), x)
for (low, high), x in zip(((-1, 1), (-2.5, 0.5), (0, 0.25), (5, 20), (-10, -1)), INPUTS):
    layer("Hardtanh", f"min_val={low}, max_val={high}", nn.Hardtanh(low, high), x)
for n, x in ((1, Real(3, 4)), (4, Real(3, 4)), (3, Real(2, 3, 2, 2)), (1, Real(5)), (2, Real(4, 2, 5))):
    layer("PReLU", f"num_parameters={n}", nn.PReLU(n), x)
for value, x in zip((0.5, 1.0, 0.1, 3.0, 0.0), INPUTS):
    layer("Hardshrink", f"lambd={value}", nn.Hardshrink(value), x)
    layer("Softshrink", f"lambd={value}", nn.Softshrink(value), x)
for (limit, value), x in zip(((0, 0), (-2.5, 20), (0.1, -1), (15, 0.5), (-20, 3)), INPUTS):
    layer("Threshold", f"threshold={limit}, value={value}", nn.Threshold(limit, value), x)
for (low, high), x in zip(((1 / 8, 1 / 3), (0.1, 0.5), (0, 1), (-0.5, 0.5), (0.3, 0.3)), INPUTS):
    module = nn.RReLU(low, high)  # in training where there is one slope to draw
    layer("RReLU", f"lower={low:g}, upper={high:g}", module if low == high else module.eval(), x)
for axis, x in ((-1, Real(3, 4)), (0, Real(4, 3)), (1, Real(2, 6, 2)), (-1, Real(8)), (2, Real(2, 3, 4, 2))):
    layer("GLU", f"dim={axis}", nn.GLU(axis), x)
    layer("Softmax", f"dim={axis}", nn.Softmax(axis), x)
    layer("Softmin", f"dim={axis}", nn.Softmin(axis), x)
    layer("LogSoftmax", f"dim={axis}", nn.LogSoftmax(axis), x)
write("activations")
