#!/usr/bin/env python3
"""Writes transform_golden.inc: pictures sampled and resized by PyTorch, colours by numpy and colorsys.

Usage: make_transform_golden.py, with torch and numpy. Value (c, y, x) of an input picture is
((7 y^2 + 13 x + 29 c + 5 y x) mod 256) / 255, which the test repeats.
"""
import colorsys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

# Degrees, shear, zoom, shift to the right, shift down, padding of grid_sample.
AFFINE = [(0, 0, 1, 0, 0, "zeros"), (30, 0, 1, 0, 0, "zeros"), (-90, 0, 1, 0, 0, "border"), (0, 20, 1, 0, 0, "border"),
          (0, 0, 1.3, 0, 0, "zeros"), (0, 0, 0.6, 0, 0, "border"), (0, 0, 1, 0.2, -0.1, "zeros"),
          (15, -10, 0.8, -0.3, 0.25, "border")]
SIZES = [(3, 4), (11, 13), (5, 2)]
# Brightness, contrast, saturation, hue.
COLOURS = [(1.4, 1, 1, 0), (1, 0.5, 1, 0), (1, 1, 1.8, 0), (1, 1, 1, 0.3), (1, 1, 1, -0.45), (0.8, 1.3, 0.2, 0.1)]


def picture(channels=3, height=5, width=6):
    c, y, x = np.ogrid[:channels, :height, :width]
    return ((7 * y * y + 13 * x + 29 * c + 5 * y * x) % 256).astype(np.float32) / 255


def affine(degrees, shear, zoom, right, down, padding):
    p = picture()
    _, height, width = p.shape
    a = np.deg2rad(degrees)
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    lean = np.array([[1, -np.tan(np.deg2rad(shear)), 0], [0, 1, 0], [0, 0, 1]])
    def moved(x, y):
        return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])
    x, y = (width - 1) / 2, (height - 1) / 2
    forward = (moved(right * width, down * height) @ moved(x, y) @ turn @ lean @ np.diag([zoom, zoom, 1])
               @ moved(-x, -y))
    to_pixels = np.array([[width / 2, 0, x], [0, height / 2, y], [0, 0, 1]])  # from [-1, 1], edge to edge
    theta = np.linalg.inv(to_pixels) @ np.linalg.inv(forward) @ to_pixels
    grid = F.affine_grid(torch.tensor(theta[None, :2]), [1, *p.shape], align_corners=False)
    return F.grid_sample(torch.tensor(p[None]).double(), grid, padding_mode=padding, align_corners=False)[0].numpy()


def resized(height, width):
    return F.interpolate(torch.tensor(picture()[None]).double(), (height, width), mode="bilinear", antialias=True,
                         align_corners=False)[0].numpy()


def coloured(brightness, contrast, saturation, hue):
    def grey(p):
        return np.tensordot([0.299, 0.587, 0.114], p, 1)
    p = np.clip(picture().astype(np.float64) * brightness, 0, 1)
    p = np.clip(contrast * p + (1 - contrast) * grey(p).mean(), 0, 1)
    p = np.clip(saturation * p + (1 - saturation) * grey(p), 0, 1)
    for y, x in np.ndindex(p.shape[1:]):
        h, s, v = colorsys.rgb_to_hsv(*p[:, y, x])
        p[:, y, x] = colorsys.hsv_to_rgb((h + hue) % 1, s, v)
    return p


def row(settings, values):
    lines = [", ".join(f"{v:.6g}" for v in values.reshape(-1)[i:i + 12]) for i in range(0, values.size, 12)]
    return f"{{{settings},\n {{" + ",\n  ".join(lines) + "}},\n"


if __name__ == "__main__":
    text = f"// Written by make_transform_golden.py with PyTorch {torch.__version__}.\n#ifdef LEPTON_AFFINE\n"
    for *numbers, padding in AFFINE:
        outside = "Outside::fill" if padding == "zeros" else "Outside::edge"
        text += row(", ".join(map(str, numbers)) + f", {outside}", affine(*numbers, padding))
    text += "#elif defined LEPTON_RESIZE\n"
    for sizes in SIZES:
        text += row("{}, {}".format(*sizes), resized(*sizes))
    text += "#else\n"
    for settings in COLOURS:
        text += row(", ".join(map(str, settings)), coloured(*settings))
    Path(__file__).with_name("transform_golden.inc").write_text(text + "#endif\n", encoding="utf-8")
