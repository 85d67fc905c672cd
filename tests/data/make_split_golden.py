#!/usr/bin/env python3
"""Writes split_golden.inc: sizes of scikit-learn's splits, and the rows of its folds in the order of the data.

Usage: make_split_golden.py, with scikit-learn and numpy.
"""
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.model_selection import (GroupKFold, GroupShuffleSplit, KFold, StratifiedKFold, StratifiedShuffleSplit,
                                     train_test_split)


def ints(values):
    return "{" + ", ".join(str(int(v)) for v in values) + "}"


def labels(n, classes, seed):
    rng = np.random.default_rng(seed)
    y = rng.choice(classes, n, p=rng.dirichlet(np.full(classes, 1.5)))
    y[:2 * classes] = np.tile(np.arange(classes)[::-1], 2)  # each at least twice, first in falling order
    return y * 3 - 4


def splits():
    for n, test, classes, seed in [(10, .2, 2, 0), (101, .25, 3, 1), (997, .1, 7, 2), (64, .5, 4, 3), (333, .33, 5, 4)]:
        y = labels(n, classes, seed)
        train, rest = train_test_split(np.arange(n), test_size=test, random_state=0)
        a, b = next(StratifiedShuffleSplit(1, test_size=test, random_state=0).split(y, y))
        names = np.unique(y)
        g, h = next(GroupShuffleSplit(1, test_size=test, random_state=0).split(y, y, y))
        yield (f"{{{test}, {ints(y)},\n {len(train)}, {len(rest)}, {ints((y[a] == c).sum() for c in names)}, "
               f"{ints((y[b] == c).sum() for c in names)}, {len(np.unique(y[g]))}, {len(np.unique(y[h]))}}},\n")


def test_of(splitter, y):
    fold = np.zeros(len(y), int)
    for i, (_, test) in enumerate(splitter.split(y, y, y)):
        fold[test] = i
    return fold


def folds():
    for n, k, classes, seed in [(12, 3, 2, 5), (50, 5, 3, 6), (103, 10, 4, 7), (29, 4, 6, 8)]:
        y = labels(n, classes, seed)
        groups = np.bincount(test_of(GroupKFold(min(k, classes)), y))
        yield (f"{{{k}, {ints(y)},\n {ints(test_of(KFold(k), y))},\n {ints(test_of(StratifiedKFold(k), y))},\n "
               f"{ints(sorted(groups))}}},\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    out = [f"// Written by make_split_golden.py with scikit-learn {sklearn.__version__}.\n"]
    out += ["const SplitCase kSplits[] = {\n", *splits(), "};\nconst FoldCase kFolds[] = {\n", *folds(), "};\n"]
    Path(__file__).with_name("split_golden.inc").write_text("".join(out))
