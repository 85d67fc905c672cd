#!/usr/bin/env python3
"""Writes pool_options.txt: PyTorch's pooling with all its options, and back. Usage: pool_options.py, with torch."""
import torch.nn.functional as F
from torch import nn
from torch_cases import Real, case, layer, write

SHAPES = {1: (2, 3, 9), 2: (2, 3, 7, 6), 3: (1, 2, 5, 6, 4)}
MAX = [(2, 2, 0, 1, True), (3, 2, 1, 1, True), (2, 1, 0, 2, False), (3, 2, 1, 2, True), (2, 3, 1, 1, True),
       (2, None, 1, 3, False)]
AVG = [(2, 2, 0, True), (3, 2, 1, True), (2, 3, 1, False), (4, 3, 2, True), (3, None, 0, False)]
for rank, shape in SHAPES.items():
    x = Real(*shape)
    pool = getattr(F, f"max_pool{rank}d")
    for kernel, stride, padding, dilation, ceil in MAX:
        text = f"{kernel}, stride={stride}, padding={padding}, dilation={dilation}, ceil_mode={ceil}"
        layer(f"MaxPool{rank}d_options", text, getattr(nn, f"MaxPool{rank}d")(kernel, stride, padding, dilation, False, ceil), x)
        case(f"max_pool{rank}d_indices_options", text,
             lambda t: pool(t, kernel, stride, padding, dilation, ceil, return_indices=True)[1].double(), Real(*shape, fixed=True))
    for kernel, stride, padding, ceil in AVG:
        for count in (True, False):
            layer(f"AvgPool{rank}d_options",
                  f"{kernel}, stride={stride}, padding={padding}, ceil_mode={ceil}, count_include_pad={count}",
                  getattr(nn, f"AvgPool{rank}d")(kernel, stride, padding, ceil, count), x)
        if rank > 1:
            layer(f"AvgPool{rank}d_divisor", f"{kernel}, stride={stride}, padding={padding}, ceil_mode={ceil}, divisor_override=3",
                  getattr(nn, f"AvgPool{rank}d")(kernel, stride, padding, ceil, True, 3), x)
    for norm, kernel, stride in ((2, 2, None), (1, 3, 2), (3, 2, 1), (2, 4, 2), (1.5, 3, None)):
        layer(f"LPPool{rank}d_options", f"norm_type={norm}, {kernel}, stride={stride}, ceil_mode=True",
              getattr(nn, f"LPPool{rank}d")(norm, kernel, stride, ceil_mode=True), Real(*shape, low=0.2, high=3))
        if rank == 3:
            layer("LPPool3d", f"norm_type={norm}, {kernel}, stride={stride}", nn.LPPool3d(norm, kernel, stride),
                  Real(*shape, low=0.2, high=3))
    for kernel, stride, padding, sized in ((2, None, 0, False), (2, 2, 0, True), (2, 3, 1, True), (1, 2, 0, True),
                                           (3, None, 1, True), (3, 1, 1, False)):
        unpool = getattr(nn, f"MaxUnpool{rank}d")(kernel, stride, padding)
        case(f"MaxUnpool{rank}d", f"{kernel}, stride={stride}, padding={padding}, output_size={sized}",
             lambda t: unpool(*pool(t, kernel, stride, padding, return_indices=True), list(shape) if sized else None), x)
write("pool_options")
