#!/usr/bin/env python3
"""Writes resize_golden.inc: small pictures resized by Pillow. Usage: make_resize_golden.py, with Pillow and numpy.

Pixel (h, w, c) of an input picture is (7 h^2 + 13 w + 29 c + 5 h w) mod 256, which the test repeats.
"""
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

# Input height, width, channels; output height, width.
CASES = [(9, 7, 3, 4, 5), (5, 6, 3, 11, 13), (16, 12, 1, 3, 3), (8, 8, 3, 8, 3), (8, 8, 1, 5, 8), (1, 1, 3, 2, 2),
         (40, 3, 1, 2, 6), (50, 44, 3, 4, 3)]


def picture(height, width, channels):
    h, w, c = np.ogrid[:height, :width, :channels]
    return ((7 * h * h + 13 * w + 29 * c + 5 * h * w) % 256).astype(np.uint8)


def case(height, width, channels, to_height, to_width):
    pixels = picture(height, width, channels)
    image = Image.fromarray(pixels if channels == 3 else pixels[:, :, 0])
    small = np.asarray(image.resize((to_width, to_height), Image.Resampling.BILINEAR)).reshape(-1)
    rows = [", ".join(str(v) for v in small[i:i + 24]) for i in range(0, small.size, 24)]
    return f"{{{height}, {width}, {channels}, {to_height}, {to_width},\n {{" + ",\n  ".join(rows) + "}},\n"


if __name__ == "__main__":
    text = f"// Written by make_resize_golden.py with Pillow {PIL.__version__}.\n" + "".join(case(*c) for c in CASES)
    Path(__file__).with_name("resize_golden.inc").write_text(text, encoding="utf-8")
