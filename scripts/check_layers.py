#!/usr/bin/env python3
"""Checks that includes follow the arrow of the design: check_layers.py [ROOT]; prints file:line and the rule."""
import re
import sys
from pathlib import Path

# Lowest first. A layer includes those before it; layers in one line know nothing of each other.
ORDER = [
    ("core",),
    ("kernels",),
    ("cuda",),  # src/cuda: the CUDA backend, a plugin
    ("tensor",),
    ("nn",),
    ("optim",),
    ("compile", "data", "metrics", "io", "dist"),
    ("train", "fed", "models"),
    ("examples",),
]
RANK = {layer: rank for rank, layers in enumerate(ORDER) for layer in layers}
ONE_LAYER = {"ops": "tensor", "autograd": "tensor"}  # indexing and gradient accumulation are ops
CORE_FILES = re.compile(r"src/cuda/(loader|backend)\.")  # the table through which core reaches the plugin
UMBRELLA = "include/lepton/lepton.hpp"
# Formulas and optimizer rules include core alone, so that kernels may include them.
RULES = re.compile(r"(?:include/lepton|src)/(?:ops/formula|optim/rules?)[./]")
# Single includes against the arrow, each with its reason.
EXEMPT = {
    ("include/lepton/ops/formula/unary.hpp", "lepton/tensor/tensor.hpp"):
        "a formula and its public function stand in one file; kernels define LEPTON_FORMULAS_ONLY and never reach it",
    ("kernels/cuda/gpu.hpp", "tests/emu/device.hpp"): "under LEPTON_EMU the tests' emulator stands in for CUDA",
}

SOURCES = {".hpp", ".h", ".cpp", ".cc", ".inc", ".cu", ".cuh"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# C++20's headers, which contain no dot, and no header of another library does.
STANDARD = re.compile(r"[a-z0-9_]+\Z")


def layer_of(path):
    """The layer of a path relative to the root, or None for a folder that no layer is named after."""
    parts = Path(path).parts
    if parts[0] in ("kernels", "examples"):
        return parts[0]
    if CORE_FILES.match(Path(path).as_posix()):
        return "core"
    inside = parts[2:] if parts[:2] == ("include", "lepton") else parts[1:]
    folder = ONE_LAYER.get(inside[0], inside[0]) if len(inside) > 1 else None
    return folder if folder in RANK else None


def resolve(root, includer, text):
    """Path relative to the root of a quoted include, or None where no such file can be meant."""
    if text.startswith("lepton/"):
        return f"include/{text}"
    if text.split("/")[0] in ("kernels", "src"):
        return text
    for folder in ((root / includer).parent, root / "src", root):
        file = (folder / text).resolve()
        if file.is_file() and file.is_relative_to(root):
            return file.relative_to(root).as_posix()
    return None


def broken_rule(root, includer, bracket, text):
    """The rule that this include breaks, in words, or None."""
    if (includer, text) in EXEMPT:
        return None
    public = includer.startswith("include/")
    if bracket == "<":
        if text.startswith("lepton/"):
            return "lepton's own headers are included with quotes"
        if public and not STANDARD.match(text):
            return f"a public header shows no other library's types: <{text}>"
        return None
    target = resolve(root, includer, text)
    if target is None:
        return f'"{text}" is none of lepton\'s files; other libraries are included with <>'
    if public and not target.startswith("include/"):
        return f"a public header includes public headers only: {target}"
    if target == UMBRELLA:
        return None if includer.startswith("examples/") else "the umbrella header is for users"

    here, there = layer_of(includer), layer_of(target)
    if there is None:
        return f"{target} is in no layer"
    if RULES.match(includer):
        ok = there == "core" or RULES.match(target) and Path(target).parent == Path(includer).parent
        return None if ok else f"a formula or optimizer rule includes core alone: {target}"
    if here == "kernels":
        ok = there in ("core", "kernels") or RULES.match(target)
        return None if ok else f"a kernel includes core, kernels, formulas and optimizer rules alone: {target}"
    if here == "examples" and there != "examples" and not target.startswith("include/"):
        return f"an example uses the public headers alone: {target}"
    if here == there or RANK[there] < RANK[here]:
        return None
    if RANK[there] == RANK[here]:
        return f"{here} and {there} know nothing of each other: {target}"
    return f"{here} stands below {there}: {target}"


def check(root):
    """All broken rules under `root`, as 'file:line: rule'."""
    root, found = Path(root).resolve(), []
    for top in ("include", "src", "kernels", "examples"):
        for file in sorted(p for p in (root / top).rglob("*") if p.suffix in SOURCES):
            name = file.relative_to(root).as_posix()
            if name == UMBRELLA:
                continue
            if layer_of(name) is None:
                found.append(f"{name}:1: in no layer: add its folder to ORDER in scripts/check_layers.py")
                continue
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                include = INCLUDE.match(line)
                rule = include and broken_rule(root, name, *include.groups())
                if rule:
                    found.append(f"{name}:{number}: {rule}")
    return found


if __name__ == "__main__":
    failures = check(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent)
    print("\n".join(failures) if failures else "layers: no include runs against the arrow")
    sys.exit(bool(failures))
