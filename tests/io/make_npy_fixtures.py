#!/usr/bin/env python3
"""Writes fixtures/arrays.npz, arrays_deflated.npz, arrays_zip64.npz, fortran.npy and version3.npy. Usage:
make_npy_fixtures.py, with numpy."""
import zipfile
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).with_name("fixtures")
ARRAYS = {
    "f4": np.array([[0, 0.25, 0.5], [0.75, 1, 1.25]], "<f4"), "f8": np.array([1.5, -2]), "f2": np.array([1, 65504, -0.5], "<f2"),
    "i1": np.array([-128, 127], "i1"), "u1": np.array([0, 255], "u1"), "i2": np.array([-32768, 7], "<i2"),
    "u2": np.array([65535, 7], "<u2"), "i4": np.array([[7], [-8]], "<i4"), "u4": np.array([4294967295], "<u4"),
    "i8": np.array(-(1 << 40)), "flags": np.array([True, False, True]), "empty": np.zeros((0, 3), "f4"),
    "columns": np.asfortranarray(np.arange(24, dtype="f4").reshape(2, 3, 4)),
    "big_f4": np.array([1.5, -2], ">f4"), "big_i8": np.array([1, -2], ">i8"), "big_columns":
    np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)),
}

if __name__ == "__main__":
    np.savez(FOLDER / "arrays.npz", **ARRAYS)
    np.savez_compressed(FOLDER / "arrays_deflated.npz", **ARRAYS, long=np.zeros(5000, "f4"))
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 100, 1  # as if 100 bytes were 4 GiB
    np.savez(FOLDER / "arrays_zip64.npz", **ARRAYS)
    np.save(FOLDER / "fortran.npy", ARRAYS["columns"])
    with open(FOLDER / "version3.npy", "wb") as file:
        np.lib.format.write_array(file, ARRAYS["f8"], version=(3, 0))
