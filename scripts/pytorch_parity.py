#!/usr/bin/env python3
"""Writes docs/pytorch_parity.md from the cases that are stored of PyTorch: pytorch_parity.py [--check]

What is equal is what a file of tests/golden/layers holds and a test of tests/golden compares. What differs on purpose and
what is missing stands below. --check changes nothing, and fails where the page is old or a case is in no test.
"""
import collections
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "pytorch_parity.md"

DIFFERENT = [
    ("`ctc_loss`", "The gradient is that by the argument; PyTorch's has the softmax's in it. By logits both are the same. "
                   "It can be differentiated once."),
    ("`gaussian_nll_loss`", "A negative variance counts as `eps` instead of being refused, which would read the device."),
    ("`cross_entropy(logits, target)`", "Without options a target outside [0, C) is refused, -100 included; with "
                                        "`CrossEntropyOptions` -100 is ignored, as in PyTorch."),
    ("`adaptive_max_pool*`", "Of equal largest elements each has a share of the gradient; in PyTorch the first has it all."),
    ("`max_pool*` with dilation", "A window without any element inside is refused; PyTorch's is minus infinity."),
    ("`AdaptiveLogSoftmaxWithLoss`", "Computes all clusters for all rows, so that no size depends on the data."),
    ("`Dropout`", "p is rounded to a multiple of 1/65536. Random numbers are Philox's, and not those of PyTorch's CPU."),
    ("`EmbeddingBag`", "The gradient of `BagMode::max` can be taken once; `max_norm`, `sparse` and "
                       "`scale_grad_by_freq` are not there."),
    ("`WeightNorm`, `SpectralNorm`", "Wrap a layer instead of changing it; the state is named as by `torch.nn.utils`' "
                                     "functions."),
    ("`return_indices`", "Functions `max_pool*_with_indices`, and `MaxPool*::with_indices`."),
    ("`padding='same'`", "`.padding = kSame`."),
    ("`interpolate`", "`scale_factor = {2, 1.5}` differs by axis; `linear` is bilinear and trilinear, too."),
    ("`rrelu`, `RReLU`, `FeatureAlphaDropout`", "Random numbers as for `Dropout`; compared where there is one slope to draw, "
                                               "and in evaluation."),
    ("`InstanceNorm*`, pooling, convolution", "Need the axis of samples; PyTorch takes a single sample too."),
    ("`conv3d`, pooling in 1d and 3d", "Are made of the two-dimensional kernels."),
    ("Activations without settings", "Are functions: `Sequential{..., gelu, ...}`."),
    ("Losses", "Are functions with options, not modules."),
]

MISSING = [
    "Layers: `Transformer` and attention, RNN, LSTM and GRU, `FractionalMaxPool*`, `SyncBatchNorm`, lazy modules.",
    "Options: `return_indices` of adaptive pooling, `momentum=None` of instance normalisation, `output_size` of transposed "
    "convolution.",
]


def cases():
    """By file: by name, the texts of the cases."""
    found = {}
    for path in sorted((ROOT / "tests/golden/layers").glob("*.txt")):
        names = collections.OrderedDict()
        for line in path.read_text().splitlines():
            if line.startswith("case "):
                _, name, *text = line.split(" ", 2)
                names.setdefault(name, []).append(text[0] if text else "")
        found[path.stem] = names
    return found


def page(found):
    total = sum(len(texts) for names in found.values() for texts in names.values())
    out = ["# Parity with PyTorch", "",
           "Written by `scripts/pytorch_parity.py`; do not edit.", "",
           f"Equal, in f64 to 1e-6 (what is stored has 8 digits) and in f32, eagerly and in captured steps: values, "
           f"gradients by every real argument and parameter, and buffers, in {total} cases of "
           f"{sum(len(n) for n in found.values())} layers and functions. The scripts that make them, and the files, are in "
           f"`tests/golden/layers/`. Optimizers and schedules are compared by `tests/optim/make_traces.py`, metrics with "
           f"scikit-learn by `tests/metrics/make_metrics_golden.py`."]
    for family, names in found.items():
        out += ["", f"## {family}", "", "| layer or function | cases | arguments tried |", "| --- | --- | --- |"]
        for name, texts in names.items():
            keys = []
            for text in texts:
                keys += [k for k in re.findall(r"'?(\w+)'?[=:]", text) if k not in keys]
            out.append(f"| `{name}` | {len(texts)} | {', '.join(keys) or 'shapes and ranges'} |")
    out += ["", "## Different on purpose", "", "| what | how |", "| --- | --- |"]
    out += [f"| {what} | {how} |" for what, how in DIFFERENT]
    out += ["", "## Missing", ""] + [f"- {line}" for line in MISSING]
    return "\n".join(out) + "\n"


def untested(found):
    tests = set(re.findall(r"\w+", "".join(p.read_text() for p in (ROOT / "tests/golden").glob("*_test.cpp"))))
    return [f"{family}: {name}" for family, names in found.items() for name in names if name not in tests]


def main():
    found = cases()
    lost = untested(found)
    for name in lost:
        print(f"stored, but in no test: {name}", file=sys.stderr)
    text = page(found)
    if "--check" not in sys.argv:
        PAGE.write_text(text)
        return bool(lost)
    old = not PAGE.exists() or PAGE.read_text() != text
    if old:
        print("docs/pytorch_parity.md is old: run scripts/pytorch_parity.py", file=sys.stderr)
    return bool(old or lost)


if __name__ == "__main__":
    sys.exit(main())
