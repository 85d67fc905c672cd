#!/usr/bin/env python3
"""Writes preparation_golden.inc: what scikit-learn's scalers, imputers, encoders and column transformer make of
small tables. Usage: make_preparation_golden.py, with scikit-learn and numpy.
"""
import csv
import datetime
import io
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler

MISSING = {"", "?", "NA"}
TRAIN = """age,fare,city,sex,born,flag
22,7.25,Ulm,m,1990-02-28,true
38,71.2833,Bonn,f,1985-12-31,false
?,8.05,Ulm,f,,true
35,53.1,Köln,m,2001-07-04,
35,,Bonn,,1999-11-15,true
54,51.8625,,m,1970-01-01,false
2,21.075,Ulm,f,1969-07-20,false
27,11.1333,Aachen,f,2020-02-29,false
"""
OTHER = """age,fare,city,sex,born,flag
,1000,Paris,x,2024-08-30,false
41,,,m,,true
0,0,Bonn,f,1950-05-05,?
"""


def matrix():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(13, 6)) * [1, 1000, 1e-3, 1, 1, 5] + [0, 5e6, 2, 0, 0, -1]
    x[:, 3] = 7.1                                    # constant
    x[:, 4] = rng.integers(0, 3, 13)                 # ties for the most frequent
    x[rng.random(x.shape) < 0.15] = np.nan
    x[:, 3][~np.isnan(x[:, 3])] = 7.1
    return x


def number(v):
    return "NAN" if np.isnan(v) else repr(float(v))


def numbers(values):
    return "{" + ", ".join(number(v) for v in np.asarray(values, dtype=float).reshape(-1)) + "}"


def text(t):
    return '"' + "".join(f"\\{b:03o}" if b > 126 or b in b'"\\\n' else chr(b) for b in t.encode()) + '"'


def matrices(out, x):
    out.append(f"const std::int64_t kMatrixShape[] = {{{x.shape[0]}, {x.shape[1]}}};\n")
    out.append(f"const std::vector<double> kMatrix = {numbers(x)};\n")
    scalers = {"Standard": StandardScaler(), "MinMax": MinMaxScaler(), "MinMaxWide": MinMaxScaler((-1, 2)),
               "Robust": RobustScaler(), "RobustWide": RobustScaler(quantile_range=(10, 90))}
    for name, scaler in scalers.items():
        out.append(f"const std::vector<double> k{name} = {numbers(scaler.fit_transform(x))};\n")
    for strategy in ("mean", "median", "most_frequent", "constant"):
        name = "".join(part.capitalize() for part in strategy.split("_"))
        imputer = SimpleImputer(strategy=strategy, fill_value=-3.5)
        out.append(f"const std::vector<double> kImputed{name} = {numbers(imputer.fit_transform(x))};\n")


def categories(out):
    words = "b a c a d d b a e f é a c c B".split()
    x = np.array(words, dtype=object).reshape(-1, 1)
    out.append("const std::vector<std::string> kWords = {" + ", ".join(map(text, words)) + "};\n")
    out.append("struct CategoryCase { std::int64_t most; std::vector<double> rows; };\nconst CategoryCase kCategoryCases[] = {\n")
    for most in (None, 1, 2, 3, 5, 8, 9):
        encoder = OneHotEncoder(max_categories=most, sparse_output=False, handle_unknown="infrequent_if_exist")
        out.append(f"{{{most or 0}, {numbers(encoder.fit_transform(x))}}},\n")
    out.append("};\n")


def table(content):
    rows = list(csv.DictReader(io.StringIO(content)))
    columns = []
    for name in ("age", "fare"):
        columns.append([float(r[name]) if r[name] not in MISSING else np.nan for r in rows])
    for name in ("city", "sex"):
        columns.append([r[name] if r[name] not in MISSING else np.nan for r in rows])
    days = [(datetime.date.fromisoformat(r["born"]) if r["born"] else None) for r in rows]
    columns.append([(d - datetime.date(1970, 1, 1)).days if d else np.nan for d in days])
    columns.append([d.month if d else np.nan for d in days])
    columns.append([d.day if d else np.nan for d in days])
    columns.append([d.weekday() if d else np.nan for d in days])
    columns.append([{"true": 1.0, "false": 0.0}.get(r["flag"], np.nan) for r in rows])
    out = np.empty((len(rows), len(columns)), dtype=object)
    for i, column in enumerate(columns):
        out[:, i] = column
    return out


def transformers():
    def build(numeric, imputer, encoder, indicator=False):
        as_float = {"age": [0], "fare": [1], "born": [4, 5, 6, 7]}
        steps = [("age", numeric(indicator), as_float["age"]), ("fare", numeric(indicator), as_float["fare"]),
                 ("city", make_pipeline(imputer(), encoder()), [2]), ("sex", make_pipeline(imputer(), encoder()), [3]),
                 ("born", numeric(False), as_float["born"]), ("flag", SimpleImputer(strategy="most_frequent"), [8])]
        return ColumnTransformer(steps, sparse_threshold=0)

    def numeric(strategy, scaler):
        return lambda indicator: make_pipeline(SimpleImputer(strategy=strategy), scaler())

    constant = lambda: SimpleImputer(strategy="constant", fill_value="missing")
    frequent = lambda: SimpleImputer(strategy="most_frequent")
    yield build(numeric("median", StandardScaler), constant, lambda: OneHotEncoder(handle_unknown="ignore"))
    yield build(numeric("mean", MinMaxScaler), frequent,
                lambda: OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=3))
    yield build(numeric("most_frequent", RobustScaler), constant,
                lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1))


def pipelines(out):
    out.append(f"const std::string kTrain = {text(TRAIN)};\nconst std::string kOther = {text(OTHER)};\n")
    out.append("struct PipelineCase { std::vector<double> train, other; };\nconst PipelineCase kPipelineCases[] = {\n")
    train, other = table(TRAIN), table(OTHER)
    for t in transformers():
        fitted = np.asarray(t.fit_transform(train), dtype=float)
        out.append(f"{{{numbers(fitted)},\n {numbers(np.asarray(t.transform(other), dtype=float))}}},\n")
    out.append("};\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    out = [f"// Written by make_preparation_golden.py with scikit-learn {sklearn.__version__}.\n"]
    matrices(out, matrix())
    categories(out)
    pipelines(out)
    Path(__file__).with_name("preparation_golden.inc").write_text("".join(out))
