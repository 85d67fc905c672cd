#!/usr/bin/env python3
"""Writes resample.txt: PyTorch's other interpolations, and windows as columns. Usage: resample.py, with torch."""
from torch import nn
import torch.nn.functional as F
from torch_cases import Real, case, layer, write

for mode in ("nearest-exact", "area"):
    for shape, o in (((2, 3, 4), {"scale_factor": 2}), ((1, 2, 3, 4), {"size": (7, 5)}), ((1, 2, 5, 4), {"scale_factor": 1.5}),
                     ((1, 2, 2, 3, 2), {"size": (3, 2, 5)}), ((2, 1, 7), {"size": (4,)}), ((1, 2, 5, 6), {"scale_factor": 0.6})):
        layer(f"Upsample_{mode}".replace("-", "_"), f"{o}", nn.Upsample(**o, mode=mode), Real(*shape))
for shape, scale, mode in (((1, 2, 3, 4), (2, 1.5), "nearest"), ((2, 1, 5, 4), (0.5, 3), "bilinear"),
                           ((1, 1, 2, 3, 4), (2, 1, 0.5), "trilinear"), ((1, 2, 5, 4), (1.3, 1.7), "bicubic"),
                           ((1, 2, 4, 6), (0.5, 2), "nearest-exact"), ((1, 2, 4, 6), (0.5, 1.5), "area")):
    layer("Upsample_by_axis", f"scale_factor={scale}, {mode}", nn.Upsample(scale_factor=scale, mode=mode), Real(*shape))
for mode in ("bilinear", "bicubic"):
    for shape, o in (((1, 2, 7, 9), {"size": (3, 4)}), ((2, 1, 8, 8), {"scale_factor": 0.3}), ((1, 2, 3, 4), {"size": (7, 5)}),
                     ((1, 1, 9, 5), {"size": (4, 8)}), ((1, 2, 9, 7), {"size": (2, 3), "align_corners": True}),
                     ((1, 1, 6, 10), {"scale_factor": (0.5, 0.25)})):
        case("interpolate_antialias", f"{mode}, {o}", lambda x: F.interpolate(x, **o, mode=mode, antialias=True), Real(*shape))
for shape, o in (((2, 3, 5, 6), {"kernel_size": 3}), ((1, 2, 4, 5), {"kernel_size": (2, 3), "padding": 1}),
                 ((2, 1, 7, 6), {"kernel_size": 2, "stride": (2, 3)}), ((1, 2, 6, 7), {"kernel_size": 2, "dilation": (2, 3)}),
                 ((1, 3, 6, 6), {"kernel_size": 3, "dilation": 2, "padding": (2, 1), "stride": 2})):
    layer("Unfold", f"{o}", nn.Unfold(**o), Real(*shape))
    columns = F.unfold(Real(*shape, fixed=True).make(0), **o)
    layer("Fold", f"{shape[2:]}, {o}", nn.Fold(shape[2:], **o), Real(*columns.shape))
write("resample")
