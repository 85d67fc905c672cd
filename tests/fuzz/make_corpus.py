#!/usr/bin/env python3
"""Writes seeds for the fuzzers: make_corpus.py FOLDER gives FOLDER/image, FOLDER/idx, ... Standard library only.

The pictures are the byte arrays of tests/data/image_fixtures.inc.
"""
import gzip
import io
import json
import re
import struct
import sys
import zipfile
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "data" / "image_fixtures.inc"
CODES = {0x08: "B", 0x09: "b", 0x0B: "h", 0x0C: "i", 0x0D: "f", 0x0E: "d"}


def pictures():
    for name, body in re.findall(r"(\w+)\[\] = \{([^}]*)\}", FIXTURES.read_text(encoding="utf-8")):
        yield name, bytes(int(b) for b in body.split(","))


def arrays():
    for code, form in CODES.items():
        plain = bytes([0, 0, code, 2]) + struct.pack(">II6" + form, 2, 3, *range(6))
        yield f"type_{code:02x}", plain
        yield f"type_{code:02x}_gz", gzip.compress(plain, mtime=0)


def tables():
    texts = ["a,b\n1,2\n3,\n", "x;y\n1,5;true\n2;false\n", "\ufeffn\td\r\n\"q\"\"u\"\t2024-02-29T10:00:00Z\r\n",
             "a|b\r?|NA\r1|text\r", "d,e\n2/3/2024,29.2.2024\n25/3/2024,1.1.2023 10:00\n", "one\n\n \n1e400\n-inf\n"]
    for i, text in enumerate(texts):
        yield f"{i}.csv", text.encode()
        yield f"{i}.csv.gz", gzip.compress(text.encode(), mtime=0)


def tunings():
    yield "product", b"matmul bf16 batch=1 m=16.. n=3..40 k=5 trans_a=0 trans_b=1 work=9.. -> bf16\n"
    yield "convolution", b"# of one pass\nconv2d_weight_grad f32 in=3 kernel_h=3 groups=1 -> f32 onednn\n"
    yield "whole", b"lepton tuning 1\ncpu amd 26 2 v4bf16\nconv2d bf16 height=7..9 -> bf16\r\n"


def npy(descr, shape, data, fortran=False):
    header = repr({"descr": descr, "fortran_order": fortran, "shape": shape}).encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + data


def numpy_arrays():
    arrays = [npy("<f4", (2, 3), bytes(24), fortran=True), npy(">i2", (2,), bytes(4)), npy("|b1", (), b"\1"),
              npy("<f8", (1,), bytes(8))]
    for i, array in enumerate(arrays):
        yield f"{i}.npy", array
    for method, limit in ((zipfile.ZIP_STORED, zipfile.ZIP64_LIMIT), (zipfile.ZIP_DEFLATED, zipfile.ZIP64_LIMIT),
                          (zipfile.ZIP_STORED, 10)):
        zipfile.ZIP64_LIMIT = limit  # with 10 numbers stand in zip64's fields, as beyond 4 GiB
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            for i, array in enumerate(arrays):
                archive.writestr(zipfile.ZipInfo(f"a{i}.npy"), array, method)
        yield f"{method}_{limit}.npz", file.getvalue()


def weights():
    """Safetensors: what trainings save, every type, and the corners of the format."""
    def file(header, data=b"", text=None):
        text = text or json.dumps(header, separators=(",", ":")).encode()
        return struct.pack("<Q", len(text)) + text + data

    def entry(kind, shape, begin, end):
        return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}

    sizes = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I8": 1, "U8": 1, "BOOL": 1}
    entries, at = {}, 0
    for kind, size in sizes.items():
        entries[kind.lower()] = entry(kind, [2, 1], at, at + 2 * size)
        at += 2 * size
    metadata = {"__metadata__": {"format": "pt", "format_version": "2", "checkpoint": "0123456789abcdef"}}
    yield "types", file(entries, bytes(at))
    yield "model", file({**metadata, "0.weight": entry("F32", [2, 2], 0, 16), "0.bias": entry("F32", [2], 16, 24)},
                        bytes(24))
    yield "corners", file({"": entry("F32", [], 0, 4), "none": entry("U8", [0, 3], 4, 4),
                           "deep": entry("I8", [1] * 8, 4, 5), "\u00e9\n": entry("BOOL", [1], 5, 6)}, bytes(6))
    yield "metadata", file(metadata)
    yield "nothing", file({})
    yield "padded", file({}, bytes(4), b'{"a":{"shape":[1],"data_offsets":[0,4],"dtype":"F32"}}    ')
    yield "overlap", file({"a": entry("F32", [1], 0, 4), "b": entry("F32", [1], 2, 6)}, bytes(6))
    yield "twice", file({}, bytes(1), b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{}}')
    yield "huge", file({"a": entry("F32", [1 << 40, 1 << 40], 0, 4)}, bytes(4))


def pipelines():
    line = {"centre": 2.5, "scale": 1.5, "shift": 0.0}
    number = {"column": "age", "type": "number", "numbers": [{**line, "part": "value", "fill": 3.0}], "indicator": True}
    date = {"column": "born", "type": "date",
            "numbers": [{**line, "part": part, "fill": 2.0} for part in ("days", "month", "day", "weekday", "hour")]}
    town = {"column": "town", "type": "text", "categories": ["Bonn", "Ulm", "missing"], "other": True, "fill": "missing",
            "encoding": "one_hot", "unknown": "ignore"}
    kind = {"column": "kind", "type": "text", "task": "classification", "classes": ["a", "b"], "line": line}
    for name, columns, target in (("classes", [number, town, date], kind),
                                  ("numbers", [{**town, "encoding": "ordinal", "unknown": "error"}],
                                   {**kind, "column": "age", "type": "number", "task": "regression", "classes": []})):
        pipeline = {"version": 1, "target": target, "columns": columns, "left_out": ["x: without a value"]}
        yield name, json.dumps(pipeline, separators=(",", ":")).encode()


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files:
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(Path(sys.argv[1]) / "image", pictures())
    write(Path(sys.argv[1]) / "idx", arrays())
    write(Path(sys.argv[1]) / "csv", tables())
    write(Path(sys.argv[1]) / "tuning", tunings())
    write(Path(sys.argv[1]) / "npy", numpy_arrays())
    write(Path(sys.argv[1]) / "safetensors", weights())
    write(Path(sys.argv[1]) / "tabular", pipelines())
