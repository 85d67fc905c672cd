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


def calibration_error(y, p, w, bins):
    confidence, right = p.max(1), p.argmax(1) == y
    place = np.clip(np.ceil(confidence * bins) - 1, 0, bins - 1)
    return sum(abs(np.sum(w[place == b] * (right[place == b] - confidence[place == b]))) for b in range(bins)) / w.sum()


def weighted_classification():
    """With weights of samples, ties, and in some cases classes that never occur or are never predicted."""
    for seed, n, classes, levels, empty in [(10, 30, 2, 3, False), (11, 80, 2, 1000, False), (12, 50, 4, 2, False),
                                            (13, 60, 5, 1000, True), (14, 25, 3, 4, True)]:
        rng = np.random.default_rng(seed)
        y = rng.integers(0, classes - empty, n)
        x = np.round((rng.normal(size=(n, classes)) + np.eye(classes)[y]) * levels) / levels
        if empty:
            x[:, 0] = -5
        w = np.round(rng.uniform(0, 2, n), 3)
        w[::7] = 0
        p = np.exp(x - x.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        answer, labels = x.argmax(1), np.arange(classes)
        k = min(2, classes - 1)
        top = np.argsort(x, axis=1, kind="mergesort")[:, ::-1][:, :k]
        figures = [np.average((top == y[:, None]).any(1), weights=w)]
        assert classes == 2 or empty or np.isclose(figures[0], m.top_k_accuracy_score(y, x, k=k, sample_weight=w))
        for average in ("binary", "macro", "micro", "weighted"):
            if average == "binary" and classes > 2:
                figures += [np.nan] * 3
                continue
            figures += m.precision_recall_fscore_support(y, answer, labels=labels, average=average, sample_weight=w,
                                                         zero_division=0)[:3]
        if classes == 2:
            figures += [m.average_precision_score(y, x[:, 1] - x[:, 0], sample_weight=w)]
        else:
            figures += [m.average_precision_score(np.eye(classes)[y], p, average="macro", sample_weight=w)]
        figures += [m.log_loss(y, p, labels=labels, sample_weight=w)]
        figures += [np.average(((p - np.eye(classes)[y]) ** 2).sum(1) / (2 if classes == 2 else 1), weights=w)]
        assert classes > 2 or np.isclose(figures[-1], m.brier_score_loss(y, p[:, 1], sample_weight=w))
        figures += [calibration_error(y, p, w, 10)]
        text = ", ".join("NAN" if np.isnan(f) else repr(float(f)) for f in figures)
        yield f"{{{classes}, {k}, {numbers(x)},\n {ints(y)},\n {numbers(w)},\n {{{text}}}}},\n"


def weighted_regression():
    for seed, n in [(15, 20), (16, 7)]:
        rng = np.random.default_rng(seed)
        y, w = np.round(rng.normal(size=n), 2), np.round(rng.uniform(0, 2, n), 2)
        y[0] = 0.01
        x = np.round(y + rng.normal(size=n), 3)
        figures = [f(y, x, sample_weight=w) for f in (m.r2_score, m.mean_absolute_error, m.mean_squared_error,
                                                      m.mean_absolute_percentage_error)]
        yield f"{{{numbers(x)},\n {numbers(y)},\n {numbers(w)},\n {', '.join(repr(float(f)) for f in figures)}}},\n"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    out = [f"// Written by make_metrics_golden.py with scikit-learn {sklearn.__version__}.\n"]
    out += ["inline const ClassCase kClassCases[] = {\n", *classification(), "};\n"]
    out += ["inline const NumberCase kNumberCases[] = {\n", *regression(), "};\n"]
    out += ["inline const WeightedCase kWeightedCases[] = {\n", *weighted_classification(), "};\n"]
    out += ["inline const WeightedNumbers kWeightedNumbers[] = {\n", *weighted_regression(), "};\n"]
    Path(__file__).with_name("metrics_golden.inc").write_text("".join(out))
