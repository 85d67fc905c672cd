#!/usr/bin/env python3
"""Writes csv_golden.inc: random CSV text as Python's csv module writes it, and its cells as that module reads them.

Usage: make_csv_golden.py, with the standard library alone.
"""
import csv
import io
import random
from pathlib import Path

WORDS = ["a", "b2", "3.5", "", "quo\"te", "com,ma", "semi;colon", "tab\tin", "line\nbreak", "cr\r\nlf", "\"", "\"\"", "ü",
         "x y", "1e5", "end\"", ",", "\n"]


def literal(text):
    return '"' + "".join(f"\\{ord(c):03o}" if ord(c) < 32 or c in '"\\' or ord(c) > 126 else c
                         for c in text.encode().decode("latin-1")) + '"'


def case(seed):
    rng = random.Random(seed)
    width = rng.randint(2, 5)
    separator = rng.choice(",;\t|")
    rows = [[rng.choice(WORDS) for _ in range(width)] for _ in range(rng.randint(1, 6))]
    out = io.StringIO(newline="")
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
    csv.writer(out, delimiter=separator, lineterminator=rng.choice(["\n", "\r\n"]), quoting=quoting).writerows(rows)
    text = out.getvalue()
    if rng.random() < 0.3:
        text = text.rstrip("\r\n")  # quoted cells end in quotes, so only the line's own end goes
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    assert read == rows, (read, rows)
    cells = ",\n  ".join("{" + ", ".join(map(literal, row)) + "}" for row in read)
    return f"{{{literal(separator)}[0], {literal(text)},\n {{{cells}}}}},\n"


if __name__ == "__main__":
    out = Path(__file__).with_name("csv_golden.inc")
    out.write_text("// Written by make_csv_golden.py: separator, text, cells.\n" + "".join(case(seed) for seed in range(40)))
