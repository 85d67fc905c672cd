#!/usr/bin/env python3
"""Writes norms.txt: PyTorch's normalisation layers. Usage: norms.py, with torch."""
from torch import nn
from torch_cases import Real, layer, write

PICTURES = {1: [(4, 3, 5), (2, 4, 3)], 2: [(2, 3, 3, 4), (3, 4, 2, 2)], 3: [(2, 3, 2, 3, 2), (2, 4, 2, 2, 2)]}

for shape, last, options in (((4, 5), (5,), {}), ((2, 3, 4), (3, 4), {"eps": 1e-3}), ((2, 70), (70,), {"bias": False}),
                             ((3, 2, 6), (6,), {"elementwise_affine": False}), ((33,), (33,), {"eps": 0.1})):
    layer("LayerNorm", f"{last}, {options}", nn.LayerNorm(last, **options), Real(*shape))
for shape, last, options in (((4, 5), (5,), {"eps": 1e-6}), ((2, 3, 4), (3, 4), {"eps": 1e-3}), ((2, 70), (70,), {"eps": 0.5}),
                             ((3, 2, 6), (6,), {"elementwise_affine": False}), ((33,), (33,), {"eps": 0.1})):
    layer("RMSNorm", f"{last}, {options}", nn.RMSNorm(last, **options), Real(*shape))
for shape, groups, options in (((2, 4, 3, 2), 2, {}), ((3, 6), 3, {"eps": 1e-3}), ((2, 4, 5), 4, {}), ((1, 6, 2, 2, 2), 1, {}),
                               ((2, 8, 3, 3), 4, {"affine": False})):
    layer("GroupNorm", f"num_groups={groups}, {options}", nn.GroupNorm(groups, shape[1], **options), Real(*shape))
for rank, shapes in PICTURES.items():
    name = f"InstanceNorm{rank}d"
    for i, options in enumerate(({}, {"affine": True}, {"affine": True, "track_running_stats": True},
                                 {"eps": 1e-2, "momentum": 0.4, "track_running_stats": True}, {"eps": 0.5})):
        shape = shapes[i % 2]
        layer(name, f"{options}", getattr(nn, name)(shape[1], **options), Real(*shape))
    shape = shapes[0]
    layer(name, "track_running_stats=True, in evaluation",
          getattr(nn, name)(shape[1], affine=True, track_running_stats=True).eval(), Real(*shape))
    name = f"BatchNorm{rank}d"
    for i, options in enumerate(({}, {"affine": False}, {"eps": 1e-2, "momentum": 0.4}, {"track_running_stats": False},
                                 {"eps": 0.5})):
        shape = (5, 4) if rank == 1 and i == 2 else shapes[i % 2]
        layer(name, f"{options}", getattr(nn, name)(shape[1], **options), Real(*shape))
    layer(name, "in evaluation", getattr(nn, name)(shape[1]).eval(), Real(*shape))
    for i, eps in enumerate((1e-5, 1e-2, 0.1, 0.5, 1.0)):  # twice, so that there is a mean to take
        module = getattr(nn, name)(shapes[i % 2][1], eps=eps, momentum=None)
        layer(f"{name}_average", f"momentum=None, eps={eps:g}, called twice", module, Real(*shapes[i % 2]),
              call=lambda x: module(x) + module(2 * x + 1))
for shape, size, options in (((2, 5, 4), 2, {}), ((3, 6, 2, 3), 5, {"alpha": 0.5}), ((1, 4, 2, 2, 3), 3, {"beta": 0.5, "k": 2.0}),
                             ((2, 3, 4), 4, {"alpha": 1.5, "beta": 1.0}), ((2, 7, 2, 2), 1, {"alpha": 0.3, "k": 0.5})):
    layer("LocalResponseNorm", f"size={size}, {options}", nn.LocalResponseNorm(size, **options), Real(*shape))
write("norms")
