"""What print says of a run of words as one value, before anybody reads it.

Most values stay on their line and hold no label of another value; an address is the exception. The
pointer head gets these as features, and each key learns how much they weigh.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from kie_app.text import Word

RUN_FEATURES = (
    "goes on to another line",
    "lines beyond the first, up to MOST_LINES",
    "holds a label",
    "stops before a colon",
)
MOST_LINES = 4


def run_features(words: Sequence[Word]) -> Tensor:
    """Words (w) of a document -> (w, w, len(RUN_FEATURES)): entry [a, b] is of the run from a
    to b. A label is a word that ends with a colon. Runs that end before they begin mean nothing."""
    line = torch.tensor([word.line for word in words], dtype=torch.long)
    colon = torch.tensor([word.text.endswith(":") for word in words], dtype=torch.long)
    beyond = (line[None, :] - line[:, None]).clamp(0, MOST_LINES)
    seen = torch.cumsum(colon, dim=0)
    labels = seen[None, :] - (seen - colon)[:, None]  # from a to b, both included
    before = torch.tensor([word.text.startswith(":") for word in words[1:]] + [False] * bool(words))
    before = before[None, :].expand(len(words), -1)
    return torch.stack([beyond > 0, beyond / MOST_LINES, labels > 0, before], dim=-1).float()
