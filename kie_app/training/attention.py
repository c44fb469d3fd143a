"""Attention of a packed sequence as two plain matrix products.

PyTorch's fused kernel is made for long sequences; on a CPU, forward and backward of a 640-token
packed sequence take it 28 ms a layer and this one 12 (2 cores, bfloat16, grouped heads). Same
result within rounding: tests/training/test_attention.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import sdpa_mask

NAME = "onepass_grouped"
ROWS = 256  # of the document that are taken together: the upper right of its square is never made


def grouped_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor,
    scaling: float | None = None,
    document: int = 0,
    **_: Any,
) -> tuple[Tensor, None]:
    """query (1, h, q, d), key and value (1, g, q, d), additive mask (1, 1, q, q) -> (1, q, h, d).

    The h / g query heads that share a key head are stacked into one product, so keys and values
    are never repeated. The first `document` positions must be causal and seen by all later ones.
    """
    _one, heads, length, width = query.shape
    groups = key.shape[1]
    scale = width**-0.5 if scaling is None else scaling
    grouped = (query[0] * scale).view(groups, heads // groups, length, width)
    mixed = [
        _rows(grouped[:, :, start:end], key[0, :, :end], value[0, :, :end], mask)
        for start, end, mask in _pieces(attention_mask[0, 0], document)
    ]
    return torch.cat(mixed, dim=2).reshape(1, heads, length, width).transpose(1, 2), None


def _pieces(mask: Tensor, document: int) -> Iterator[tuple[int, int, Tensor]]:
    """Runs of rows, the columns that they may see, and the mask of the last of these columns."""
    chunks = max(1, round(document / ROWS))
    edges = [document * at // chunks for at in range(chunks + 1)] if document else [0]
    for start, end in pairwise(edges):
        yield start, end, mask[start:end, start:end]
    if edges[-1] < len(mask):
        yield edges[-1], len(mask), mask[edges[-1] :, edges[-1] :]


def _rows(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    """query (g, r, q, d), key and value (g, kv, d), mask (q, m) of the last m of kv columns."""
    groups, repeats, length, width = query.shape
    stacked = query.reshape(groups, repeats * length, width)
    scores = (stacked @ key.mT).view(groups, repeats, length, -1)
    with torch.no_grad():  # adding a constant has no gradient, and in place it costs a third
        scores[..., -mask.shape[1] :] += mask
    weights = torch.softmax(scores, dim=-1).view(groups, repeats * length, -1)
    return (weights @ value).view(groups, repeats, length, width)


AttentionInterface.register(NAME, grouped_attention)
AttentionMaskInterface.register(NAME, sdpa_mask)
