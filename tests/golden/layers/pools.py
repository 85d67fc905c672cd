#!/usr/bin/env python3
"""Writes pools.txt: PyTorch's pooling, resampling and other layers. Usage: pools.py, with torch."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import spectral_norm, weight_norm
from torch_cases import Real, case, layer, write

SHAPES = {1: (2, 3, 9), 2: (2, 3, 7, 6), 3: (1, 2, 5, 6, 4)}
for rank, shape in SHAPES.items():
    x = Real(*shape)
    for kernel, stride, padding in ((2, None, 0), (3, 2, 1), (2, 1, 1), (3, 1, 0), (4, 3, 2)):
        layer(f"MaxPool{rank}d", f"{kernel}, stride={stride}, padding={padding}",
              getattr(nn, f"MaxPool{rank}d")(kernel, stride, padding), x)
        for count in (True, False):
            layer(f"AvgPool{rank}d", f"{kernel}, stride={stride}, padding={padding}, count_include_pad={count}",
                  getattr(nn, f"AvgPool{rank}d")(kernel, stride, padding, count_include_pad=count), x)
    for size in (1, 2, 3, 4, 5):
        for kind in ("Avg", "Max"):
            layer(f"Adaptive{kind}Pool{rank}d", f"{size}", getattr(nn, f"Adaptive{kind}Pool{rank}d")(size), x)
    if rank < 3:
        for norm, kernel, stride in ((2, 2, None), (1, 3, 2), (3, 2, 1), (2, 4, 2), (1.5, 3, None)):
            layer(f"LPPool{rank}d", f"norm_type={norm}, {kernel}, stride={stride}",
                  getattr(nn, f"LPPool{rank}d")(norm, kernel, stride), Real(*shape, low=0.2, high=3))
for kernel, stride, padding in ((2, None, 0), (3, 2, 1), (2, 1, 1), (3, 1, 0), (4, 3, 2)):
    case("max_pool2d_indices", f"{kernel}, stride={stride}, padding={padding}",
         lambda x: F.max_pool2d(x, kernel, stride, padding, return_indices=True)[1].double(), Real(2, 3, 7, 6, fixed=True))
for shape, o in (((2, 3, 4), {"scale_factor": 2}), ((1, 2, 3, 4), {"size": (7, 5)}), ((1, 2, 5, 4), {"scale_factor": 1.5}),
                 ((1, 2, 2, 3, 2), {"size": (3, 2, 5)}), ((2, 1, 7), {"size": (4,)}), ((1, 2, 5, 6), {"scale_factor": 0.6})):
    layer("Upsample_nearest", f"{o}", nn.Upsample(**o, mode="nearest"), Real(*shape))
for align in (False, True):
    for mode, shape, o in (("linear", (2, 3, 4), {"scale_factor": 2}), ("bilinear", (1, 2, 3, 4), {"size": (7, 5)}),
                           ("bilinear", (1, 2, 5, 4), {"scale_factor": 1.5}), ("trilinear", (1, 2, 2, 3, 2), {"size": (3, 2, 5)}),
                           ("bilinear", (1, 1, 6, 5), {"size": (2, 3)})):
        layer("Upsample_linear", f"{mode}, {o}, align_corners={align}", nn.Upsample(**o, mode=mode, align_corners=align),
              Real(*shape))
    for shape, o in (((1, 2, 3, 4), {"size": (7, 5)}), ((1, 2, 5, 4), {"scale_factor": 1.5}), ((1, 1, 6, 5), {"size": (2, 3)})):
        layer("Upsample_bicubic", f"{o}, align_corners={align}", nn.Upsample(**o, mode="bicubic", align_corners=align),
              Real(*shape))
for r, shape in ((2, (1, 8, 2, 3)), (3, (2, 9, 1, 2)), (1, (1, 2, 3, 3)), (2, (2, 4, 4, 1)), (4, (1, 16, 1, 1))):
    layer("PixelShuffle", f"{r}", nn.PixelShuffle(r), Real(*shape))
    layer("PixelUnshuffle", f"{r}", nn.PixelUnshuffle(r), Real(shape[0], shape[1], shape[2] * r, shape[3] * r))
for a, b, c, bias, lead in ((3, 4, 2, True, (5,)), (2, 2, 1, False, (3,)), (1, 3, 4, True, ()), (4, 2, 3, True, (2, 3)),
                            (3, 3, 3, False, (1,))):
    layer("Bilinear", f"{a}, {b}, {c}, bias={bias}", nn.Bilinear(a, b, c, bias), Real(*lead, a), Real(*lead, b))
for name, wrap in (("WeightNorm", weight_norm), ("SpectralNorm", spectral_norm)):
    layer(name, "Linear(4, 3)", wrap(nn.Linear(4, 3)), Real(5, 4))
    layer(name, "Linear(2, 6, bias=False)", wrap(nn.Linear(2, 6, bias=False)), Real(3, 2))
    layer(name, "Conv1d(2, 3, 2)", wrap(nn.Conv1d(2, 3, 2)), Real(2, 2, 5))
    layer(name, "Conv2d(2, 3, 2, stride=2)", wrap(nn.Conv2d(2, 3, 2, stride=2)), Real(1, 2, 5, 4))
    layer(name, "Conv3d(1, 2, 2, padding=1)", wrap(nn.Conv3d(1, 2, 2, padding=1)), Real(1, 1, 2, 3, 2))
write("pools")
