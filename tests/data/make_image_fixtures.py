#!/usr/bin/env python3
"""Writes image_fixtures.inc: tiny JPEG and PNG files as byte arrays. Needs Pillow and numpy.

Every JPEG is 16 x 24 (height x width), in blocks of 8 that JPEG keeps exactly enough: the left upper block is
red, the rest of the upper half green, the lower half blue. The PNGs hold the values that the test names.
"""
import io
from pathlib import Path

import numpy as np
from PIL import Image


def flag():
    pixels = np.zeros((16, 24, 3), np.uint8)
    pixels[:8] = (0, 255, 0)
    pixels[8:] = (0, 0, 255)
    pixels[:8, :8] = (255, 0, 0)
    return Image.fromarray(pixels)


def file(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def jpeg(image, orientation=1, **options):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return file(image, "JPEG", quality=95, subsampling=0, exif=exif, **options)


def ramp(dtype, step):
    return (np.arange(6).reshape(2, 3) * step).astype(dtype)


def fixtures():
    yield "jpeg_rgb", jpeg(flag())
    yield "jpeg_progressive", jpeg(flag(), progressive=True)
    yield "jpeg_turned", jpeg(flag(), orientation=6)
    yield "jpeg_grey", file(Image.fromarray(np.full((16, 16), 77, np.uint8)), "JPEG", quality=95)
    yield "jpeg_cmyk", file(flag().convert("CMYK"), "JPEG", quality=95)
    yield "png_grey", file(Image.fromarray(ramp(np.uint8, 50)), "PNG")
    yield "png_grey16", file(Image.fromarray(ramp(np.uint16, 257 * 50)), "PNG")
    yield "png_bits", file(Image.fromarray(ramp(np.uint8, 51) > 100), "PNG")
    rgb = np.arange(18, dtype=np.uint8).reshape(2, 3, 3) * 14
    yield "png_rgb", file(Image.fromarray(rgb), "PNG")
    yield "png_rgba", file(Image.fromarray(np.dstack([rgb, np.full((2, 3), 9, np.uint8)])), "PNG")
    palette = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3))
    palette.putpalette(list(rgb.reshape(-1)))
    yield "png_palette", file(palette, "PNG")
    yield "png_palette_clear", file(palette, "PNG", transparency=2)


def array(name, data):
    rows = [", ".join(str(b) for b in data[i:i + 28]) for i in range(0, len(data), 28)]
    return f"const std::uint8_t {name}[] = {{\n    " + ",\n    ".join(rows) + "};\n"


if __name__ == "__main__":
    text = "// Written by make_image_fixtures.py.\n" + "".join(array(*f) for f in fixtures())
    Path(__file__).with_name("image_fixtures.inc").write_text(text, encoding="utf-8")
