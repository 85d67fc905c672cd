#!/usr/bin/env python3
"""Writes fixtures/checkpoint_*: an Adam and an SGD run by PyTorch, in the layouts that lepton's checkpoints have had.

step_state    until November 2026: optim.step_state [lr, step, 2 numbers of the rule] for all parameters, and a
              momentum_buffer for SGD whatever its momentum
steps         format 1 after that: optim.step.<parameter> [step, 4 numbers of the rule] and optim.lr.0
Each folder holds the checkpoint after three updates; expected.safetensors the weights after two more.
"""
import json
import struct
from pathlib import Path

import torch

FIXTURES = Path(__file__).parent / "fixtures"
LR = 0.01


def write(path, tensors, metadata):
    """safetensors of f64, as the specification has it."""
    header, at = {"__metadata__": metadata}, 0
    for name, t in tensors.items():
        header[name] = {"dtype": "F64", "shape": list(t.shape), "data_offsets": [at, at + 8 * t.numel()]}
        at += 8 * t.numel()
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = b"".join(t.detach().contiguous().numpy().tobytes() for t in tensors.values())
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def wave(shape, phase):
    """The numbers that checkpoint_format_test.cpp makes as well."""
    n = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return torch.sin(n * 0.7 + phase).reshape(shape)


def run(kind):
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1)).double()
    with torch.no_grad():
        for i, p in enumerate(model.parameters()):
            p.copy_(wave(p.shape, i))
    adam = kind == "adam"
    optimizer = torch.optim.Adam(model.parameters(), lr=LR) if adam else torch.optim.SGD(model.parameters(), lr=LR)

    def train(first, last):
        for step in range(first, last):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(model(wave((5, 3), step)), wave((5, 1), step + 100)).backward()
            optimizer.step()

    train(0, 3)
    weights = {name: p.detach().clone() for name, p in model.named_parameters()}
    slots = {}
    for slot in ("exp_avg", "exp_avg_sq") if adam else ():
        for name, p in model.named_parameters():
            slots[f"optim.{slot}.{name}"] = optimizer.state[p][slot].clone()
    if not adam:  # what the old rule kept for a momentum of 0: the last gradient
        slots = {f"optim.momentum_buffer.{name}": p.grad.clone() for name, p in model.named_parameters()}
    train(3, 5)
    return weights, slots, dict(model.named_parameters())


def main():
    common = {"format": "pt", "format_version": "1"}
    state = common | {"epoch": "1", "step": "3", "seed": "7", "generator_seed": "7", "generator_offset": "40"}
    bias = [1 / (1 - 0.9**3), 1 / (1 - 0.999**3) ** 0.5]
    for kind in ("adam", "sgd"):
        weights, slots, expected = run(kind)
        rule = bias if kind == "adam" else [0.0, 0.0]
        old = slots | {"optim.step_state": torch.tensor([LR, 3.0, *rule], dtype=torch.float64)}
        new = {k: v for k, v in slots.items() if "momentum" not in k}
        new |= {f"optim.step.{name}": torch.tensor([3.0, *rule, 0.0, 0.0], dtype=torch.float64) for name in weights}
        new |= {"optim.lr.0": torch.tensor(LR, dtype=torch.float64)}
        for layout, moments in (("step_state", old), ("steps", new)):
            folder = FIXTURES / f"checkpoint_{layout}_{kind}"
            key = {"checkpoint": f"{layout}-{kind}"}
            write(folder / "model.safetensors", weights, common | key)
            write(folder / "training.safetensors", moments, state | key)
            write(folder / "expected.safetensors", expected, common)


if __name__ == "__main__":
    main()
