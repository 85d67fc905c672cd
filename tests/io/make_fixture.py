#!/usr/bin/env python3
"""Writes fixtures/all_types.safetensors with the reference implementation: pip install safetensors torch numpy."""
from pathlib import Path

import torch
from safetensors.torch import save_file

tensors = {
    "f64": torch.tensor([1.5, -2.0], dtype=torch.float64),
    "f32": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4,
    "f16": torch.tensor([1.0, 65504.0, -0.5], dtype=torch.float16),
    "bf16": torch.tensor([1.0, -3.0], dtype=torch.bfloat16),
    "i64": torch.tensor(-(2**40), dtype=torch.int64),
    "i32": torch.tensor([[7], [-8]], dtype=torch.int32),
    "i8": torch.tensor([-128, 127, 0], dtype=torch.int8),
    "u8": torch.tensor([0, 255], dtype=torch.uint8),
    "flags": torch.tensor([True, False, True]),
    "empty": torch.zeros(0, 3),
}
target = Path(__file__).parent / "fixtures" / "all_types.safetensors"
save_file(tensors, target, metadata={"source": "safetensors.torch", "text": "é \"quoted\"\n"})
