"""What the tests of the example programs share: running them, and writing small data sets."""
import base64
import gzip
import json
import os
import random
import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path

EXAMPLES = Path(os.environ["LEPTON_EXAMPLES"])  # folder of the programs; CMakeLists.txt sets it

# 16x16, grey.
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1R"
    "V19iZ2hnPk1xeXBkeFxlZ2P/wAALCAAQABABAREA/8QAFgABAQEAAAAAAAAAAAAAAAAAAQMF/8QAIxAAAQMDBAMBAQAAAAAA"
    "AAAAAQIDEQQFIQAxQVESExRx4f/aAAgBAQAAPwBp7DS26n+isWhlpPKoE4Jx3tsNTXf0tv8Aps1B9C+C4gkr/EjMRBBPE6WL"
    "GB5VdzdeWcH2qPkqcAQVT1/cwdBlAZYS3bmjRUizC3EJlSuYKt4yTO/Wv//Z")


def run(program, *arguments, timeout=240):
    """Runs an example to its end."""
    return subprocess.run([EXAMPLES / program, *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout, stdin=subprocess.DEVNULL)


def figures(result):
    """The JSON object in the last line of standard output."""
    return json.loads(result.stdout.splitlines()[-1])


def png(pixels):
    """A grey PNG of rows of numbers from 0 to 255."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", len(pixels[0]), len(pixels), 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(row) for row in pixels)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def stripes(vertical, seed, side=16):
    """A picture of stripes: what the tests' photo folders show."""
    noise = random.Random(seed)
    return [[(200 if (x if vertical else y) // 2 % 2 else 40) + noise.randrange(40) for x in range(side)]
            for y in range(side)]


def write_photos(folder, count=20, side=16):
    """A folder a class: rows and columns."""
    for name in ("columns", "rows"):
        (folder / name).mkdir(parents=True)
        for i in range(count):
            (folder / name / f"{i:03}.png").write_bytes(png(stripes(name == "columns", i, side)))


def write_rows(file, count=400):
    """A CSV file whose kind and size follow from a number and a town, some of which are missing."""
    noise = random.Random(1)
    lines = ["length,town,size,kind"]
    for _ in range(count):
        length, town = noise.uniform(-3, 3), noise.choice(["Ulm", "Bonn", "Trier"])
        size = 10 + 2 * length + (5 if town == "Ulm" else 0)
        cells = [f"{length:.4f}", town, f"{size:.4f}", "large" if size > 11 else "small"]
        if noise.random() < 0.02:
            cells[0] = ""
        lines.append(",".join(cells))
    file.write_text("\n".join(lines) + "\n")


def write_rare_rows(file, classes, count=2000):
    """A CSV file with one or two classes that are rare and overlap with the most frequent one."""
    noise = random.Random(2)
    lines = ["x,y,kind"]
    for i in range(count):
        kind = 2 if classes == 3 and i % 40 == 0 else 1 if i % 20 == 1 else 0
        x, y = noise.gauss(1.5 * (kind == 1), 1), noise.gauss(1.5 * (kind == 2), 1)
        lines.append(f"{x:.4f},{y:.4f},{['most', 'some', 'few'][kind]}")
    file.write_text("\n".join(lines) + "\n")


def idx(array_type, sizes, data):
    """An IDX file; 8 stands for bytes."""
    header = struct.pack(">BBBB", 0, 0, array_type, len(sizes)) + struct.pack(f">{len(sizes)}I", *sizes)
    return header + bytes(data)


def write_mnist(folder, train=40, test=20, side=16, pack=gzip.compress):
    """MNIST's four files, of stripes, with classes 0 and 1."""
    folder.mkdir(parents=True)
    for part, n in (("train", train), ("t10k", test)):
        pixels = [v for i in range(n) for row in stripes(i % 2 == 1, i, side) for v in row]
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(pack(idx(8, (n, side, side), pixels)))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(pack(idx(8, (n,), [i % 2 for i in range(n)])))


class ExampleTest(unittest.TestCase):
    def setUp(self):
        self.temp = tempfile.TemporaryDirectory(prefix="lepton-examples-")
        self.addCleanup(self.temp.cleanup)
        self.folder = Path(self.temp.name)

    def assert_runs(self, *command):
        result = run(*command)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr, "")
        return result

    def assert_refused(self, status, parts, *command):
        """Ends with this status and one line on standard error that holds each of `parts`."""
        result = run(*command)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertTrue(result.stderr.startswith(f"{command[0]}: "), result.stderr)
        for part in parts:
            self.assertIn(str(part), result.stderr)
