#!/usr/bin/env python3
"""Writes convs.txt: PyTorch's convolution layers. Usage: convs.py, with torch."""
from torch import nn
from torch_cases import Real, layer, write

CONVS = [{}, {"stride": 2, "padding": 1}, {"padding": 2, "dilation": 2, "bias": False}, {"groups": 2, "padding": 1},
         {"padding": 1, "padding_mode": "reflect"}, {"padding": 2, "padding_mode": "replicate", "stride": 2},
         {"padding": 1, "padding_mode": "circular"}]
SAME = [{}, {"kernel_size": 2}, {"dilation": 2, "groups": 2}, {"kernel_size": 2, "dilation": 3, "padding_mode": "replicate"},
        {"kernel_size": 2, "padding_mode": "reflect"}]
TRANSPOSED = [{}, {"stride": 2, "padding": 1}, {"stride": 2, "output_padding": 1, "bias": False}, {"groups": 2, "dilation": 2},
              {"stride": 3, "padding": 1, "output_padding": 1, "dilation": 2}]
for rank, shape in ((1, (2, 4, 7)), (2, (2, 4, 5, 6)), (3, (1, 4, 4, 3, 5))):
    for options in CONVS + [{"padding": "same", **o} for o in SAME]:
        layer(f"Conv{rank}d", f"{options}",
              getattr(nn, f"Conv{rank}d")(4, 6, **{"kernel_size": 3 if rank < 3 else 2, **options}), Real(*shape))
    for options in TRANSPOSED:
        layer(f"ConvTranspose{rank}d", f"{options}",
              getattr(nn, f"ConvTranspose{rank}d")(4, 6, 3 if rank < 3 else 2, **options), Real(*shape))
write("convs")
