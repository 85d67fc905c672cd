#!/usr/bin/env python3
"""Checks the lengths of files: check_size.py [ROOT]; over 250 lines is listed, over 400 fails, prints the median."""
import statistics
import sys
from pathlib import Path

SOFT, HARD = 250, 400
TOPS = ("include", "src", "kernels", "examples", "tests", "benchmarks", "tools", "cmake", "scripts", ".ci")
SUFFIXES = {".hpp", ".cpp", ".cu", ".cuh", ".py", ".cmake"}

# Files over HARD, each with the reason why it is better whole.
ALLOWED = {}


def lengths(root):
    """Lines of each source file, by path relative to the root."""
    files = (p for top in TOPS for p in (root / top).rglob("*") if p.is_file())
    files = (p for p in files if p.suffix in SUFFIXES or p.parent.name in ("scripts", ".ci"))
    return {p.relative_to(root).as_posix(): p.read_text(encoding="utf-8").count("\n") for p in files}


def check(root, allowed=None):
    """Prints what stands out; returns the failures, in words."""
    allowed = ALLOWED if allowed is None else allowed
    found = lengths(Path(root).resolve())
    failures = [f"{name}: {n} lines, the limit is {HARD}: split it" for name, n in found.items()
                if n > HARD and name not in allowed]
    failures += [f"{name}: allowed to be long, but it is not: take it off the list in scripts/check_size.py"
                 for name in allowed if found.get(name, 0) <= HARD]
    for name, n in sorted(found.items(), key=lambda item: -item[1]):
        if n > SOFT:
            print(f"{n:5} lines  {name}")
    code = [n for name, n in found.items() if name.endswith((".hpp", ".cpp", ".cu", ".cuh"))]
    if code:
        print(f"{len(code)} C++ files, {sum(code)} lines, median {statistics.median(code):.0f}")
    return failures


if __name__ == "__main__":
    failed = check(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent)
    print("\n".join(failed) or "sizes: every file is within its limit")
    sys.exit(bool(failed))
