#!/usr/bin/env python3
"""The network of examples/image_classification in PyTorch, on the same pictures in the same split.

    image_classification --data photos --size 64 --epochs 15 --write-split split.tsv
    python benchmarks/photos_torch.py --data photos --split split.tsv --size 64 --epochs 15

Prints the test accuracy after the last epoch for each seed, and the mean. Needs torch and pillow.
"""
import argparse
import os
import statistics

import torch
from PIL import Image, ImageOps
from torch import nn


def load(path, size):
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB").resize((size, size), Image.BILINEAR)
        return torch.frombuffer(bytearray(upright.tobytes()), dtype=torch.uint8).reshape(size, size, 3)


def read_split(args):
    parts = {"train": [], "test": []}
    with open(args.split) as lines:
        for line in lines:
            part, label, name = line.rstrip("\n").split("\t")
            path = name if os.path.exists(name) else os.path.join(args.data, name)
            parts[part].append((path, label))
    classes = sorted({label for _, label in parts["train"]})
    for part, rows in parts.items():
        x = torch.stack([load(path, args.size) for path, _ in rows]).permute(0, 3, 1, 2).float() / 255
        parts[part] = x.contiguous(memory_format=torch.channels_last), torch.tensor([classes.index(c) for _, c in rows])
    return parts, len(classes)


def train(parts, classes, args, seed):
    torch.manual_seed(seed)
    side = ((args.size - 2) // 2 - 2) // 2
    model = nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(),
                          nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64 * side * side, 64), nn.ReLU(),
                          nn.Linear(64, classes)).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    x, y = parts["train"]
    for _ in range(args.epochs):
        order = torch.randperm(len(x))
        for i in range(0, len(x), 32):
            rows = order[i:i + 32]
            optimizer.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    with torch.no_grad():
        x, y = parts["test"]
        return (model(x).argmax(1) == y).float().mean().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--split", required=True)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    parts, classes = read_split(args)
    figures = []
    for seed in range(args.seeds):
        figures.append(train(parts, classes, args, seed))
        print(f"seed {seed}: {figures[-1]:.4f}", flush=True)
    print(f"mean {statistics.mean(figures):.4f}")


main()
