#!/usr/bin/env python3
"""Writes metrics_golden.inc: scikit-learn's metrics of random cases, with ties, classes that never occur, and none
that is right. Usage: make_metrics_golden.py, with scikit-learn and numpy.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics as m


def numbers(values):
    return "{" + ", ".join(repr(float(v)) for v in np.asarray(values).reshape(-1)) + "}"


def ints(values):
    return "{" + ", ".join(str(int(v)) for v in values) + "}"


def classification():
    for seed, n, classes, levels in [(0, 40, 2, 5), (1, 200, 2, 1000), (2, 60, 3, 4), (3, 300, 5, 1000), (4, 12, 4, 3)]:
        rng = np.random.default_rng(seed)
        y = rng.integers(0, classes, n)
        y[:classes] = np.arange(classes)
        x = np.round((rng.normal(size=(n, classes)) + 1.5 * np.eye(classes)[y]) * levels) / levels
        p = np.exp(x - x.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        answer = x.argmax(1)
        if seed == 4:
            answer[:] = np.minimum(answer, 2)  # class 3 is never predicted
            x[:, 3] = -9
            answer = x.argmax(1)
            p = np.exp(x - x.max(1, keepdims=True))
            p /= p.sum(1, keepdims=True)
        auc = m.roc_auc_score(y, x[:, 1] - x[:, 0]) if classes == 2 else m.roc_auc_score(y, p, multi_class="ovr")
        f1 = [m.f1_score(y, answer, average=a, zero_division=0) for a in ("macro", "weighted")]
        yield (f"{{{classes}, {numbers(x)},\n {ints(y)},\n {auc!r}, {m.accuracy_score(y, answer)!r}, {float(f1[0])!r}, "
               f"{float(f1[1])!r}, {float(m.precision_score(y, answer, average='macro', zero_division=0))!r}, "
               f"{float(m.recall_score(y, answer, average='macro', zero_division=0))!r}}},\n")


def regression():
    for seed, n, offset in [(5, 30, 0), (6, 100, 1000), (7, 2, -5)]:
        rng = np.random.default_rng(seed)
        y = rng.normal(size=n) * 3 + offset
        x = y + rng.normal(size=n)
        yield (f"{{{numbers(x)},\n {numbers(y)},\n {m.r2_score(y, x)!r}, {float(m.mean_absolute_error(y, x))!r}, "
               f"{float(m.mean_squared_error(y, x))!r}}},\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    out = [f"// Written by make_metrics_golden.py with scikit-learn {sklearn.__version__}.\n"]
    out += ["const ClassCase kClassCases[] = {\n", *classification(), "};\n"]
    out += ["const NumberCase kNumberCases[] = {\n", *regression(), "};\n"]
    Path(__file__).with_name("metrics_golden.inc").write_text("".join(out))
