#!/usr/bin/env python3
"""Writes embeddings.txt: PyTorch's tables of rows. Usage: embeddings.py, with torch."""
import torch
import torch.nn.functional as F
from torch import nn
from torch_cases import Index, Real, case, layer, write

for rows, n, ids, padding in ((5, 3, (2, 4), None), (4, 2, (), None), (6, 20, (7,), 2), (3, 4, (2, 2, 3), -1), (9, 1, (5,), 0)):
    layer("Embedding", f"{rows}, {n}, padding_idx={padding}", nn.Embedding(rows, n, padding), Index(*ids, n=rows))
for i, (rows, n, ids, padding) in enumerate(((5, 3, (2, 4), None), (4, 2, (3, 1), None), (6, 20, (2, 7), 2), (3, 4, (4, 3), -1),
                                             (9, 1, (1, 5), 0))):
    for mode in ("sum", "mean", "max"):
        layer(f"EmbeddingBag_{mode}", f"{rows}, {n}, mode={mode}, padding_idx={padding}",
              nn.EmbeddingBag(rows, n, mode=mode, padding_idx=padding), Index(*ids, n=rows))
    offsets = torch.tensor([[0, 2, 2, 5], [0, 3, 4, 8], [0, 0, 1, 6], [0, 1, 8, 8], [0, 4, 5, 8]][i])
    last = i % 2 == 1
    case("embedding_bag", f"offsets={offsets.tolist()}, include_last_offset={last}, per_sample_weights",
         lambda table, ids, w: F.embedding_bag(ids, table, offsets, mode="sum", per_sample_weights=w, padding_idx=padding,
                                               include_last_offset=last), Real(rows, n), Index(8, n=rows), Real(8))
write("embeddings")
